//! The book's examples for batch systems: whatever they call the tutor with is a command line of the tutor's.

use std::fs;

use clap::Parser;
use serde_json::Value;
use tutor::cli::{Cli, Command, GradeArgs};
use tutor::grade::formats::Format;

use crate::support::course;

/// What stands before the tutor's arguments.
const TUTOR: &str = "cargo tutor ";

/// What the examples leave to the system they run on, with a value that it may have.
const SAMPLES: [(&str, &str); 7] = [
    ("$((JOB_COMPLETION_INDEX + 1))", "8"),
    ("$JOB_COMPLETION_INDEX", "7"),
    ("${{ matrix.part }}", "4"),
    ("${{ inputs.seconds }}", "60"),
    ("$GITHUB_WORKSPACE", "/home/runner/work"),
    ("$CLASS", "/home/runner/work/ours/class"),
    ("$ROSTER", "/home/runner/work/ours/students.csv"),
];

/// The documents of an example.
fn example(name: &str) -> Vec<Value> {
    let file = course().root().join("book/src/examples").join(name);
    let text = fs::read_to_string(&file).expect("the example");
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every text in a document, wherever it stands.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The tutor's command lines in an example, as words. A line that ends in a backslash goes on.
fn command_lines(name: &str) -> Vec<Vec<String>> {
    let documents = example(name);
    let scripts = documents.iter().flat_map(texts).map(|text| text.replace("\\\n", " "));
    let lines: Vec<String> = scripts.flat_map(|script| script.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.iter().filter_map(|line| line.split_once(TUTOR)).map(|(_, arguments)| words(arguments)).collect()
}

fn words(arguments: &str) -> Vec<String> {
    let filled = SAMPLES.iter().fold(arguments.to_owned(), |line, (variable, value)| line.replace(variable, value));
    assert!(!filled.contains('$'), "no sample for a variable in: {filled}");
    shlex::split(&filled).unwrap_or_else(|| panic!("a quote is open in: {filled}"))
}

/// The grading commands of an example, each with its words. Every other command is one of the tutor's too.
fn grading(name: &str) -> Vec<(GradeArgs, Vec<String>)> {
    let mut grading = Vec::new();
    for words in command_lines(name) {
        let parsed = Cli::try_parse_from([&["tutor".to_owned()], &words[..]].concat());
        match parsed.unwrap_or_else(|error| panic!("{name}: {}: {error}", words.join(" "))).command {
            Command::Grade(arguments) => grading.push((arguments, words)),
            Command::Server { .. } => {}
            other => panic!("{name}: {other:?}"),
        }
    }
    grading
}

/// The parts and the run that puts them together, and how many parts there are.
fn parts_and_merge(name: &str) -> (GradeArgs, GradeArgs, u64) {
    let mut grading = grading(name);
    assert_eq!(grading.len(), 2, "{name}: {grading:#?}");
    let (merge, _) = grading.remove(1);
    let (part, words) = grading.remove(0);
    let partition = words.iter().skip_while(|word| *word != "--partition").nth(1).expect("a part");
    let (_, of) = partition.split_once('/').expect("K/N");
    assert!(part.partition.is_some() && part.format == [Format::Json] && part.output.is_some(), "{part:#?}");
    assert!(merge.merge && merge.format.contains(&Format::Html) && merge.output.is_some(), "{merge:#?}");
    assert_eq!((&part.lab, &merge.lab), (&"12".to_owned(), &"12".to_owned()));
    (part, merge, of.parse().expect("a number"))
}

#[test]
fn the_workflow_calls_the_tutor_as_it_is() {
    let name = "grade.yml";
    let (_, merge, of) = parts_and_merge(name);
    let workflow = &example(name)[0];
    let parts: Vec<u64> = (1..=of).collect();
    assert_eq!(workflow["jobs"]["grade"]["strategy"]["matrix"]["part"], serde_json::json!(parts));
    assert_eq!(workflow["jobs"]["report"]["needs"], "grade");
    assert!(workflow["on"]["workflow_dispatch"]["inputs"]["seconds"].is_object());
    for job in ["grade", "report"] {
        let job = &workflow["jobs"][job];
        assert!(job["timeout-minutes"].is_u64() && job["steps"].is_array(), "{job:#}");
    }
    assert!(merge.format.contains(&Format::Junit));
    let junit = format!("report/{}", Format::Junit.file_name());
    assert!(texts(workflow).contains(&junit.as_str()), "nobody reads {junit}");
}

#[test]
fn the_manifest_calls_the_tutor_as_it_is() {
    let name = "grade-job.yaml";
    let (part, _, of) = parts_and_merge(name);
    assert!(part.resume.is_some(), "an evicted pod begins anew");
    let documents = example(name);
    let [_, policy, grade, report] = &documents[..] else { panic!("{documents:#?}") };
    let spec = &grade["spec"];
    assert_eq!((&spec["completionMode"], spec["completions"].as_u64()), (&"Indexed".into(), Some(of)));
    assert_eq!(policy["spec"]["podSelector"]["matchLabels"], spec["template"]["metadata"]["labels"]);
    assert_eq!(report["spec"]["suspend"], true);
    for job in [grade, report] {
        assert_eq!((&job["apiVersion"], &job["kind"]), (&"batch/v1".into(), &"Job".into()));
        let pod = &job["spec"]["template"]["spec"];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert!(job["spec"]["activeDeadlineSeconds"].is_u64());
        for container in containers(pod) {
            assert_is_confined(pod, container);
        }
        for container in pod["containers"].as_array().expect("containers") {
            assert!(container["resources"]["limits"]["memory"].is_string(), "{container:#}");
        }
    }
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers"].into_iter().flat_map(|kind| pod[kind].as_array().expect("containers"))
}

/// It may not become more than it is, and has all volumes that it mounts.
fn assert_is_confined(pod: &Value, container: &Value) {
    let context = &container["securityContext"];
    assert_eq!(context["allowPrivilegeEscalation"], false, "{container:#}");
    assert_eq!(context["capabilities"]["drop"], serde_json::json!(["ALL"]));
    for mount in container["volumeMounts"].as_array().expect("volumes") {
        let volumes = pod["volumes"].as_array().expect("volumes");
        assert!(volumes.iter().any(|volume| volume["name"] == mount["name"]), "there is no {mount}");
    }
}
