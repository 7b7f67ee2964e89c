'use strict';

// Quizzes: what is said about a choice stands in the details below them, and is taken from there.
for (const quiz of document.querySelectorAll('.quiz')) {
    const form = quiz.querySelector('form');
    const said = quiz.querySelector('.said');
    const details = quiz.querySelector('details');
    const choices = [...details.querySelectorAll('li')];
    form.querySelector('button').hidden = false;
    details.hidden = true;

    form.addEventListener('change', () => said.replaceChildren());
    form.addEventListener('submit', event => {
        event.preventDefault();
        const chosen = [...form.elements].filter(input => input.checked).map(input => choices[input.value]);
        if (chosen.length === 0) {
            return;
        }
        const isRight = choice => 'isRight' in choice.dataset;
        const allRight = chosen.every(isRight);
        const done = allRight && chosen.length === choices.filter(isRight).length;
        const verdict = document.createElement('strong');
        verdict.className = done ? 'right' : 'wrong';
        verdict.textContent = done ? quiz.dataset.right : allRight ? quiz.dataset.more : quiz.dataset.wrong;
        const explanations = chosen.map(choice => choice.querySelector('.explanation').cloneNode(true));
        said.replaceChildren(verdict, ...explanations);
    });
}

// What scrolls sideways can be reached with the keyboard; what does not is no stop on the way.
function markScrolling() {
    for (const region of document.querySelectorAll('.terminal pre, .picture, .drawing pre, .table-wrapper, main pre')) {
        if (region.scrollWidth > region.clientWidth) {
            region.tabIndex = 0;
        } else {
            region.removeAttribute('tabindex');
        }
    }
}

markScrolling();
window.addEventListener('load', markScrolling);
window.addEventListener('resize', markScrolling);
