//! A headless browser, spoken to in Chromium's own protocol: messages in JSON, each ended by a NUL, through pipes.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What Debian, Ubuntu and others call it.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser reads descriptor 3 and writes to descriptor 4.
const THROUGH_PIPES: &str = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";

/// What `npm install --prefix tests` brings.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules/axe-core/axe.min.js");

/// The levels A and AA of every version of the Web Content Accessibility Guidelines.
const LEVELS: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";

/// axe-core, which finds what a page makes hard for whom.
pub(crate) struct Axe {
    script: String,
}

impl Axe {
    /// The one that is installed for the tests; without one, a line that says what was not tested.
    pub(crate) fn find(what: &str) -> Option<Axe> {
        let script = std::fs::read_to_string(AXE).ok();
        if script.is_none() {
            say_skipped(&format!("whether {what} can be used by everybody (npm install --prefix tests)"));
        }
        script.map(|script| Axe { script })
    }
}

/// The program of this machine; without one, a line that says what was not tested.
fn find_program(what: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut programs = std::env::split_paths(&path).flat_map(|dir| BROWSERS.map(|name| dir.join(name)));
    let found = programs.find(|program| program.is_file());
    if found.is_none() {
        say_skipped(&format!("{what} in a browser (no chromium on the PATH)"));
    }
    found
}

/// Past the test harness, which keeps what a passing test prints.
fn say_skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {what}");
}

/// A browser with one tab.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    number: u64,
    events: Vec<Value>,
    // Removed after the browser has ended.
    _profile: TempDir,
}

impl Browser {
    /// Starts the browser of this machine; without one, a line says what was not tested.
    pub(crate) fn start(what: &str) -> Option<Browser> {
        find_program(what).map(|program| Browser::start_program(&program))
    }

    fn start_program(program: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("sh")
            .args(["-c", THROUGH_PIPES])
            .arg(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let to = child.stdin.take().expect("a pipe");
        let from = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut browser = Browser { child, to, from, session: None, number: 0, events: Vec::new(), _profile: profile };
        let tab = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call("Target.attachToTarget", json!({"targetId": tab["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method and returns its result.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser reads");
        loop {
            let message = self.read();
            if message["id"] == self.number {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    #[track_caller]
    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("the browser writes");
        assert!(bytes.pop().is_some(), "the browser has ended");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Opens a page on a screen of that width, and waits until it is loaded.
    #[track_caller]
    pub(crate) fn open(&mut self, url: &str, width: u32, scheme: &str) {
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", screen);
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
        self.events.clear();
        self.call("Page.navigate", json!({"url": url}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.read();
            self.events.push(event);
        }
    }

    /// The value of a JavaScript expression in the page.
    #[track_caller]
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", parameters);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// What axe-core finds in the page, with everything unfolded: the rule, and where it is broken.
    #[track_caller]
    pub(crate) fn barriers(&mut self, axe: &Axe) -> Vec<String> {
        // The value of the script itself is a large object.
        self.value(&format!("{};0", axe.script));
        let found = self.value(&format!(
            "document.querySelectorAll('details').forEach(details => details.open = true);
             axe.run({{runOnly: {LEVELS}}}).then(found => found.violations.map(rule =>
                 [rule.id, rule.help, ...rule.nodes.map(node => node.html.slice(0, 200))].join('\\n')))"
        ));
        let found = found.as_array().expect("a list").iter().filter_map(Value::as_str);
        found.map(str::to_owned).collect()
    }

    /// Presses a key. `text` is what it types, if it types anything.
    pub(crate) fn press(&mut self, key: &str, code: u32, text: &str) {
        let mut down = json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code});
        if !text.is_empty() {
            down["text"] = text.into();
        }
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}));
    }

    /// What the page has asked for since it was opened that does not begin with `home`, nor stands in the page.
    pub(crate) fn asked_beyond(&self, home: &str) -> Vec<String> {
        let asks = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = asks.filter_map(|event| event["params"]["request"]["url"].as_str());
        urls.filter(|url| !url.starts_with(home) && !url.starts_with("data:")).map(str::to_owned).collect()
    }

    /// What the page has complained of since it was opened.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let is_complaint = |event: &&Value| {
            event["method"] == "Runtime.exceptionThrown"
                || event["method"] == "Log.entryAdded" && event["params"]["entry"]["level"] == "error"
        };
        self.events.iter().filter(is_complaint).map(Value::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let _ = self.child.wait();
    }
}
