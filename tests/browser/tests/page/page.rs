//! The page in a browser, by what a person sees and clicks.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::processes::{Running, demo, driver};

/// Between two presses of NEXT: a person sees what it did.
const PRESS: Duration = Duration::from_millis(400);
/// What is awaited is there within this time.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at the page.
const LOOK: Duration = Duration::from_millis(40);

/// A demo, and a browser that has its page open.
pub(crate) struct Page {
    client: Client,
    _driver: Running,
    demo: Running,
    data: TempDir,
    _profile: TempDir,
}

impl Page {
    pub(crate) async fn open() -> Self {
        let data = TempDir::new().expect("a folder");
        let profile = TempDir::new().expect("a folder");
        let (demo, driver) = (demo(&data).await, driver().await);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&profile))
            .connect(&driver.address)
            .await
            .expect("a browser");
        let page = Self { client, _driver: driver, demo, data, _profile: profile };
        page.size(1280, 1000).await;
        page.client.goto(&format!("{}/", page.demo.address)).await.expect("the page");
        page
    }

    /// Closes the browser in good order; a panic kills the driver, and its browser with it.
    pub(crate) async fn close(self) {
        self.client.close().await.expect("a browser that closes");
    }

    /// The folder of the station.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// Clicks what carries this `data-testid`, as soon as it can be clicked.
    pub(crate) async fn click(&self, testid: &str) {
        self.until(&format!("{testid} can be clicked"), async || {
            let css = format!("[data-testid=\"{testid}\"]");
            let Ok(node) = self.client.find(Locator::Css(&css)).await else { return None };
            if !node.is_enabled().await.ok()? {
                return None;
            }
            let _ = self
                .client
                .execute(
                    "const group = arguments[0].closest('details'); if (group) group.open = true;\
                     arguments[0].scrollIntoView({block: 'center'})",
                    vec![serde_json::to_value(&node).ok()?],
                )
                .await;
            node.click().await.ok()
        })
        .await;
    }

    /// Clicks a switch or a radio button, whose own box is hidden behind its label.
    pub(crate) async fn flip(&self, testid: &str) {
        let script = "const label = document.querySelector(`[data-testid=\"${arguments[0]}\"]`)?.closest('label');\
                      label?.click(); return Boolean(label)";
        self.until(&format!("{testid} can be flipped"), async || {
            let flipped = self.client.execute(script, vec![json!(testid)]).await.ok()?;
            (flipped == json!(true)).then_some(())
        })
        .await;
    }

    /// The text of what carries this `data-testid`; empty when there is none.
    pub(crate) async fn text(&self, testid: &str) -> String {
        let script = "return document.querySelector(`[data-testid=\"${arguments[0]}\"]`)?.textContent ?? ''";
        let text = self.client.execute(script, vec![json!(testid)]).await.expect("a page");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the text is as wanted, and answers it.
    pub(crate) async fn reads(&self, testid: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.until(&format!("{testid} as it should be"), async || {
            let text = self.text(testid).await;
            wanted(&text).then_some(text)
        })
        .await
    }

    /// Whether this picture shows what is at the path, loaded.
    pub(crate) async fn shows(&self, testid: &str, path: &str) -> bool {
        let script = "const i = document.querySelector(`[data-testid=\"${arguments[0]}\"]`);\
                      return i?.getAttribute('src') === arguments[1] && i.complete && i.naturalWidth > 0";
        let shown = self.client.execute(script, vec![json!(testid), json!(path)]).await.expect("a page");
        shown == json!(true)
    }

    /// Waits until the screen says this.
    pub(crate) async fn says(&self, headline: &str) {
        self.reads("headline", |said| said == headline).await;
    }

    /// Clicks NEXT whenever it can be clicked, until the screen says this.
    pub(crate) async fn press_next_until(&self, headline: &str) {
        let script = "const next = document.getElementById('next'); if (!next.disabled) next.click()";
        self.until(headline, async || {
            if self.text("headline").await == headline {
                return Some(());
            }
            self.client.execute(script, vec![]).await.expect("a page");
            // The next step is shown when this one is done.
            tokio::time::sleep(PRESS).await;
            None
        })
        .await;
    }

    /// Looks until there is an answer; after [`PATIENCE`] the claim was wrong.
    pub(crate) async fn until<T, F: Future<Output = Option<T>>>(&self, what: &str, mut look: impl FnMut() -> F) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if began.elapsed() > PATIENCE {
                panic!("waited in vain for: {what}; the screen says {:?}", self.text("headline").await);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The answer of the page's own API; `null` when there is none.
    pub(crate) async fn api(&self, path: &str) -> Value {
        let script =
            "const done = arguments[1]; fetch(arguments[0]).then((a) => a.json()).then(done, () => done(null))";
        self.client.execute_async(script, vec![json!(path)]).await.expect("an answer")
    }

    /// The bytes at a path of the page.
    pub(crate) async fn bytes(&self, path: &str) -> Vec<u8> {
        let script = "const done = arguments[1]; fetch(arguments[0]).then((a) => a.arrayBuffer())\
                      .then((b) => done(Array.from(new Uint8Array(b))))";
        let bytes = self.client.execute_async(script, vec![json!(path)]).await.expect("an answer");
        serde_json::from_value(bytes).expect("bytes")
    }

    /// Makes the page this large, whatever the window.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// How much wider the page is than the window.
    pub(crate) async fn overflow(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        self.client.execute(script, vec![]).await.expect("a page").as_i64().expect("pixels")
    }

    /// Drops a file into the middle of the place for files of orders.
    pub(crate) async fn drop_file(&self, file: &Path) {
        let script = "const place = document.getElementById('bring'); place.scrollIntoView({block: 'center'});\
                      const box = place.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]";
        let middle = self.client.execute(script, vec![]).await.expect("a page");
        let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            let event = json!({ "type": kind, "x": middle[0], "y": middle[1], "data": data });
            self.cdp("Input.dispatchDragEvent", event).await;
        }
    }

    /// Writes into a field, in the place of what stands there.
    pub(crate) async fn fill(&self, testid: &str, text: &str) {
        let css = format!("[data-testid=\"{testid}\"]");
        let node = self.client.find(Locator::Css(&css)).await.expect("a field");
        node.clear().await.expect("it is empty");
        node.send_keys(text).await.expect("it is written");
    }

    /// Chooses a file in a dialogue.
    pub(crate) async fn choose_file(&self, testid: &str, file: &Path) {
        let css = format!("[data-testid=\"{testid}\"]");
        let node = self.client.find(Locator::Css(&css)).await.expect("an input");
        node.send_keys(file.to_str().expect("a name")).await.expect("a file is chosen");
    }

    /// Clicks a link, and reads the file that the browser saves.
    pub(crate) async fn download(&self, testid: &str) -> String {
        let folder = self.data.path().join("downloads");
        std::fs::create_dir_all(&folder).expect("a folder");
        self.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder })).await;
        self.click(testid).await;
        // It comes under another name first.
        let is_whole = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "csv");
        self.until("a file is saved", async || {
            let mut files = std::fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path());
            std::fs::read_to_string(files.find(is_whole)?).ok().filter(|text| !text.is_empty())
        })
        .await
    }

    /// How many elements there are of a kind.
    pub(crate) async fn count(&self, css: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.client.execute(script, vec![json!(css)]).await.expect("a page").as_u64().expect("a number")
    }

    /// The title of the window.
    pub(crate) async fn title(&self) -> String {
        self.client.title().await.expect("a page")
    }

    /// What the browser's console has of errors.
    pub(crate) async fn errors(&self) -> Vec<String> {
        let log =
            self.client.issue_cmd(Raw { path: "se/log", body: json!({ "type": "browser" }) }).await.expect("a log");
        let severe = |line: &&Value| line["level"] == "SEVERE";
        log.as_array().into_iter().flatten().filter(severe).map(|line| line["message"].to_string()).collect()
    }

    /// A picture of what is in the window, from the top of the page.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.client.execute("window.scrollTo(0, 0)", vec![]).await.expect("a page");
        self.client.screenshot().await.expect("a picture")
    }

    /// A picture of the part of the page with this identifier.
    pub(crate) async fn part(&self, id: &str) -> Vec<u8> {
        let part = self.client.find(Locator::Id(id)).await.expect("a part of the page");
        part.screenshot().await.expect("a picture")
    }

    async fn cdp(&self, name: &str, parameters: Value) {
        let body = json!({ "cmd": name, "params": parameters });
        self.client.issue_cmd(Raw { path: "goog/cdp/execute", body }).await.expect("the browser does it");
    }
}

fn capabilities(profile: &TempDir) -> Capabilities {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1280,1100",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={}", profile.path().display()));
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    wanted.as_object().cloned().unwrap_or_default()
}

/// A command of the driver's own.
#[derive(Debug)]
struct Raw {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
