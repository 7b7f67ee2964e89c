//! A lesson without its answers, for a copy of the course that students get.

use super::markdown::{BlockKind, blocks};

/// The blocks that hold answers.
const ANSWER: &str = "sql,answer";
const WRONG: &str = "sql,wrong";

/// The text of a lesson without answers, wrong answers and what is said about those. The rest stays as it is.
pub fn without_answers(lesson: &str) -> String {
    let mut kept = String::with_capacity(lesson.len());
    let mut from = 0;
    let mut after_wrong = false;
    for block in blocks(lesson) {
        let info = match &block.kind {
            BlockKind::Code { info, .. } => info.trim(),
            _ => "",
        };
        if info == ANSWER || info == WRONG || after_wrong && matches!(block.kind, BlockKind::Quote) {
            kept.push_str(lesson[from..block.range.start].trim_end());
            from = block.range.start + block.source.len();
        }
        after_wrong = info == WRONG;
    }
    kept + &lesson[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_feedback_go_and_the_rest_stays() {
        let lesson = "# T\n\n> A remark.\n\n## E {#e .exercise}\n\nDo.\n\n```hint\nh\n```\n\n```sql,answer\nA\n```\n\n\
                      ```sql,wrong\nW\n```\n> You did W.\n\n```sql,wrong\nV\n```\n> And V.\n\n## After\n\n> Quoted.\n";
        let kept = "# T\n\n> A remark.\n\n## E {#e .exercise}\n\nDo.\n\n```hint\nh\n```\n\n## After\n\n> Quoted.\n";
        assert_eq!(without_answers(lesson), kept);
    }
}
