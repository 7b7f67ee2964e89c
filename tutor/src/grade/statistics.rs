//! What a class comes to: its scores, its exercises, its mistakes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::{ExerciseResult, Graded, Report, Status};

/// How many bins the distribution of scores has, each a tenth of the maximum.
pub const BINS: usize = 10;

/// Among fewer submissions than this, how an exercise goes with the rest is chance.
const ENOUGH_TO_COMPARE: usize = 10;

/// What the text and the HTML report say about a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The scores, where there is at least one submission of which anything counts.
    pub scores: Option<Scores>,
    /// One for each exercise, in the lab's order.
    pub exercises: Vec<ExerciseStatistics>,
    /// The recorded mistakes that were made, the commonest first.
    pub mistakes: Vec<MistakeCount>,
}

/// Scores in per cent of what each submission could reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// The arithmetic mean.
    pub mean: f64,
    /// The lowest score, the quartiles and the highest score.
    pub five_numbers: [f64; 5],
    /// How many submissions lie in each tenth; full marks belong to the last.
    pub bins: [usize; BINS],
}

impl Scores {
    /// The score in the middle.
    pub fn median(&self) -> f64 {
        self.five_numbers[2]
    }
}

/// How a class did on one exercise.
#[derive(Debug, Clone, PartialEq)]
pub struct ExerciseStatistics {
    /// The exercise's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The lesson's id.
    pub lesson: String,
    /// How many submissions came to each status.
    pub counts: HashMap<Status, usize>,
    /// The share that passed of those that count, from 0 to 1.
    pub share_passed: Option<f64>,
    /// How the exercise goes with the rest of the lab, from -1 to 1: the correlation of its points with all others. Near
    /// 0, or below, it tells something else than the lab does.
    pub discrimination: Option<f64>,
}

impl ExerciseStatistics {
    /// How many submissions came to that status.
    pub fn count(&self, status: Status) -> usize {
        self.counts.get(&status).copied().unwrap_or(0)
    }
}

/// How often a recorded mistake was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MistakeCount {
    /// The exercise's id.
    pub exercise: String,
    /// Its title.
    pub title: String,
    /// The mistake's number among the exercise's wrong answers, from 1.
    pub mistake: usize,
    /// What is said about it, as Markdown.
    pub feedback: String,
    /// How many submissions made it.
    pub count: usize,
}

impl Statistics {
    /// What a report comes to.
    pub fn of(report: &Report) -> Statistics {
        let by_exercise = results_by_exercise(&report.submissions);
        Statistics {
            scores: scores(&report.submissions),
            mistakes: mistakes(&by_exercise),
            exercises: by_exercise.iter().map(|results| exercise(results)).collect(),
        }
    }

    /// The exercises that somebody did not pass, the hardest first; equally hard ones in the lab's order.
    pub fn hardest(&self) -> Vec<&ExerciseStatistics> {
        let mut hardest: Vec<_> = self.exercises.iter().filter(|exercise| share(exercise) < 1.0).collect();
        hardest.sort_by(|left, right| share(left).total_cmp(&share(right)));
        hardest
    }
}

fn share(exercise: &ExerciseStatistics) -> f64 {
    exercise.share_passed.unwrap_or(1.0)
}

/// What a submission reached, in per cent; `None` where nothing of it counts.
pub fn percent(graded: &Graded) -> Option<f64> {
    (graded.max_score > 0.0).then(|| graded.score / graded.max_score * 100.0)
}

fn scores(submissions: &[Graded]) -> Option<Scores> {
    let mut sorted: Vec<f64> = submissions.iter().filter_map(percent).collect();
    sorted.sort_by(f64::total_cmp);
    let mean = mean(&sorted)?;
    let five_numbers = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| quantile(&sorted, share));
    let mut bins = [0; BINS];
    sorted.iter().for_each(|percent| bins[bin(*percent)] += 1);
    Some(Scores { mean, five_numbers, bins })
}

/// The bin of a score; scores above the maximum belong to the last.
fn bin(percent: f64) -> usize {
    ((percent / 100.0 * BINS as f64) as usize).min(BINS - 1)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The value below which that share of the sorted values lies, between neighbours in proportion; 0 of no values.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let at = |index: usize| sorted.get(index).copied().unwrap_or(0.0);
    let (low, high) = (at(place.floor() as usize), at(place.ceil() as usize));
    low + (high - low) * place.fract()
}

/// What became of each exercise, and in which submission; in the order in which the exercises first appear.
fn results_by_exercise(submissions: &[Graded]) -> Vec<Vec<(&Graded, &ExerciseResult)>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<Vec<(&Graded, &ExerciseResult)>> = Vec::new();
    for graded in submissions {
        for result in &graded.exercises {
            let place = *places.entry(&result.id).or_insert(all.len());
            if place == all.len() {
                all.push(Vec::new());
            }
            all[place].push((graded, result));
        }
    }
    all
}

fn exercise(results: &[(&Graded, &ExerciseResult)]) -> ExerciseStatistics {
    let first = results[0].1;
    let mut counts = HashMap::new();
    results.iter().for_each(|(_, result)| *counts.entry(result.status).or_insert(0) += 1);
    let counting = results.iter().filter(|(_, result)| result.status.counts()).count();
    let passed = counts.get(&Status::Passed).copied().unwrap_or(0);
    ExerciseStatistics {
        id: first.id.clone(),
        title: first.title.clone(),
        lesson: first.lesson.clone(),
        counts,
        share_passed: (counting > 0).then(|| passed as f64 / counting as f64),
        discrimination: discrimination(results),
    }
}

fn discrimination(results: &[(&Graded, &ExerciseResult)]) -> Option<f64> {
    let comparable =
        |(graded, result): &&(&Graded, &ExerciseResult)| result.max_score > 0.0 && graded.max_score > result.max_score;
    let pairs: Vec<(f64, f64)> = results
        .iter()
        .filter(comparable)
        .map(|(graded, result)| {
            let rest = (graded.score - result.score) / (graded.max_score - result.max_score);
            (result.score / result.max_score, rest)
        })
        .collect();
    (pairs.len() >= ENOUGH_TO_COMPARE).then(|| correlation(&pairs)).flatten()
}

/// Pearson's correlation; `None` where one side is always the same.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let (left, right): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (left_mean, right_mean) = (mean(&left)?, mean(&right)?);
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        pairs.iter().map(|(left, right)| of(left - left_mean, right - right_mean)).sum()
    };
    let spread = (sum(&|left, _| left * left) * sum(&|_, right| right * right)).sqrt();
    (spread > 1e-9).then(|| sum(&|left, right| left * right) / spread)
}

fn mistakes(by_exercise: &[Vec<(&Graded, &ExerciseResult)>]) -> Vec<MistakeCount> {
    let mut all = Vec::new();
    for results in by_exercise {
        let mut counts: BTreeMap<usize, (usize, &ExerciseResult)> = BTreeMap::new();
        for (_, result) in results {
            if let Some(mistake) = result.mistake {
                counts.entry(mistake).or_insert((0, result)).0 += 1;
            }
        }
        all.extend(counts.into_iter().map(|(mistake, (count, result))| MistakeCount {
            exercise: result.id.clone(),
            title: result.title.clone(),
            mistake,
            feedback: result.feedback.clone(),
            count,
        }));
    }
    // Stable: equally common ones stay in the lab's order.
    all.sort_by_key(|mistake| Reverse(mistake.count));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[0.0, 10.0, 20.0, 40.0], 0.5), 15.0);
        assert_eq!(quantile(&[0.0, 10.0, 20.0, 40.0], 0.25), 7.5);
        assert_eq!(quantile(&[7.0], 0.75), 7.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn full_marks_belong_to_the_last_bin() {
        assert_eq!([0.0, 9.99, 10.0, 100.0, 120.0].map(bin), [0, 0, 1, 9, 9]);
    }

    #[test]
    fn a_class_comes_to_its_numbers() {
        let statistics = Statistics::of(&class());
        let scores = statistics.scores.as_ref().expect("scores");
        assert_eq!(scores.bins.iter().sum::<usize>(), class().submissions.len() - 1, "one has nothing that counts");
        let hardest: Vec<&str> = statistics.hardest().iter().map(|exercise| exercise.id.as_str()).collect();
        assert_eq!(hardest, ["take-a-batch", "exactly-one-worker", "first-remote-query"]);
        let commonest = &statistics.mistakes[0];
        assert_eq!((commonest.exercise.as_str(), commonest.mistake, commonest.count), ("exactly-one-worker", 1, 2));
    }

    #[test]
    fn nobody_comes_to_nothing() {
        let statistics = Statistics::of(&Report { submissions: Vec::new(), ..class() });
        assert_eq!(statistics, Statistics { scores: None, exercises: Vec::new(), mistakes: Vec::new() });
    }

    #[test]
    fn an_exercise_that_goes_with_the_rest_discriminates() {
        let pairs = |sign: f64| (0..10).map(|index| (f64::from(index % 2), sign * f64::from(index % 2))).collect();
        let [same, opposite]: [Vec<(f64, f64)>; 2] = [pairs(1.0), pairs(-1.0)];
        assert_eq!((correlation(&same), correlation(&opposite)), (Some(1.0), Some(-1.0)));
        assert_eq!(correlation(&[(1.0, 2.0), (1.0, 3.0)]), None);
    }
}
