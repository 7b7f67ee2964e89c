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

// mdBook's switch of the table of contents is a label: it becomes a button that keys reach.
const toggle = document.getElementById('mdbook-sidebar-toggle');
if (toggle) {
    toggle.setAttribute('role', 'button');
    toggle.tabIndex = 0;
    toggle.addEventListener('keydown', event => {
        if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            toggle.click();
        }
    });
}

// What scrolls sideways can be reached with the keyboard; what does not is no stop on the way.
function markScrolling() {
    for (const region of document.querySelectorAll('.picture, .table-wrapper, main pre, main pre > code')) {
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
