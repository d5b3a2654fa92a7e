/**
 * A line to Firefox: orders come on standard input, a JSON object each; to every order there is one answer on standard
 * output, {"answer": …} or {"problem": "…"}. Speaks WebDriver BiDi with the browser itself; there is no geckodriver.
 * When the input ends, so does the browser.
 */

import { once } from "node:events";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const BETWEEN_KEYS_MS = 5;

let browser = null;
let page = null;
let told = []; // by the console, and errors nobody caught, since it was last asked

const orders = {
  /** profile: folder · settings: Firefox's preferences · before: functions' texts, run in every page before its own scripts */
  async start({ executable, profile, settings, before, place, screen }) {
    browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: executable,
      userDataDir: profile,
      extraPrefsFirefox: settings,
      defaultViewport: null,
      protocolTimeout: 120_000,
    });
    [page] = await browser.pages();
    await page.setViewport(screen);
    page.on("console", (message) => ["error", "warn"].includes(message.type()) && told.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => told.push(`uncaught: ${error.message}`));
    for (const text of before) await page.evaluateOnNewDocument(`(${text})()`);
    if (place) await page.setGeolocation(place);
    return browser.version();
  },

  async go({ address }) {
    await page.goto(address, { waitUntil: "domcontentloaded" });
  },

  async reload() {
    await page.reload({ waitUntil: "domcontentloaded" });
  },

  /** text: of a function; answers what it returns */
  evaluate: ({ text, given }) => page.evaluate(`(${text})(...${JSON.stringify(given)})`),

  /** Whether there was something to press. find: text of a function that answers the element. */
  press: (wanted) => withFound(wanted, (found) => found.click()),

  /** In place of what stood there. */
  type: ({ text, ...wanted }) =>
    withFound(wanted, async (found) => {
      await found.click();
      await page.keyboard.down("Control");
      await page.keyboard.press("a");
      await page.keyboard.up("Control");
      await page.keyboard.press("Delete");
      await found.type(text, { delay: BETWEEN_KEYS_MS });
    }),

  /** Press what opens the phone's gallery, and choose there; Firefox first says that it was left without a picture. */
  choose: ({ files, ...wanted }) =>
    withFound(wanted, async (found) => {
      const [chooser] = await Promise.all([page.waitForFileChooser(), found.click()]);
      await chooser.accept(files);
    }),

  /** start, end: in shares of what is found */
  drag: ({ start, end, ...wanted }) =>
    withFound(wanted, async (found) => {
      const { x, y, width, height } = await found.boundingBox();
      const [from, to] = [start, end].map(([across, down]) => [x + across * width, y + down * height]);
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 4 });
      await page.mouse.up();
    }),

  tapTwice: (wanted) => withFound(wanted, (found) => found.click({ count: 2 })),

  picture: ({ path }) => page.screenshot({ path }).then(() => null),

  told() {
    const before = told;
    told = [];
    return before;
  },

  async stop() {
    await browser?.close();
    browser = page = null;
  },

  /** The head of it; its other processes end when they lose it. */
  async kill() {
    const process = browser.process();
    const gone = once(process, "exit");
    process.kill("SIGKILL");
    await gone;
    browser = page = null;
  },
};

async function withFound({ find, given }, act) {
  const handle = await page.evaluateHandle(`(${find})(...${JSON.stringify(given)})`);
  const found = handle.asElement();
  if (!found) return false;
  await act(found);
  return true;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { order, ...given } = JSON.parse(line);
  const answer = await Promise.resolve()
    .then(() => orders[order](given))
    .then((told) => ({ answer: told ?? null }), (problem) => ({ problem: `${order}: ${problem?.stack ?? problem}` }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser?.close();
process.exit(0);
