// Drives Chromium or Firefox for the tests: one JSON command a line in, one JSON answer a line out.
// Clicks and keys are raw input; nothing is evaluated in a page unless a command says so (`text`, `place`, `ask`),
// because evaluating grants what only a person's click may grant.

import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

const CHROMIUM = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const [engine, executablePath] = process.argv.slice(2);
const start = (extraPrefsFirefox = {}) => puppeteer.launch({
  browser: engine, executablePath, headless: true, args: engine === 'chrome' ? CHROMIUM : [], extraPrefsFirefox,
});
const browser = await start();
let scriptless; // Firefox turns scripts off for a whole browser, not for a page

let context;
let page;
let seen;

const LIMIT = 15_000; // milliseconds for any wait

// The frame of the widget, whether the loader or the page itself put it there.
const framed = async () => (await page.waitForSelector('linden-chat >>> iframe, iframe', { timeout: LIMIT })).contentFrame();
// Chromium gives a click to the page around until the frame was painted; this waits without granting what a click grants.
const painted = (frame) => frame.client.send('Runtime.evaluate', { expression: TWICE_DRAWN, awaitPromise: true });
const TWICE_DRAWN = 'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))';
const where = async (frame) => (frame ? framed() : page);

const commands = {
  async open({ width = 420, height = 800, zoom = 1, script = true }) {
    await context?.close();
    await scriptless?.close();
    scriptless = !script && engine === 'firefox' ? await start({ 'javascript.enabled': false }) : null;
    context = await (scriptless ?? browser).createBrowserContext();
    page = await context.newPage();
    page.setDefaultTimeout(LIMIT);
    seen = [];
    page.on('request', (request) => seen.push({ url: request.url(), headers: request.headers() }));
    page.on('pageerror', (error) => seen.push({ error: String(error) }));
    await page.setViewport({ width: Math.round(width / zoom), height: Math.round(height / zoom), deviceScaleFactor: zoom });
    if (!script && !scriptless) await page.setJavaScriptEnabled(false);
  },
  async goto({ url }) {
    await page.goto(url, { waitUntil: 'load', timeout: LIMIT });
    if (engine === 'chrome') await Promise.all(page.frames().slice(1).map(painted));
  },
  async place({ selector, frame, reveal = false }) {
    const handle = await (await where(frame)).waitForSelector(selector, { timeout: LIMIT, visible: true });
    if (reveal) await handle.evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));
    const { x, y, width, height } = await handle.boundingBox();
    return { x: x + width / 2, y: y + height / 2, width, height };
  },
  click: ({ x, y }) => page.mouse.click(x, y),
  follow: ({ x, y }) => Promise.all([page.waitForNavigation({ waitUntil: 'load', timeout: LIMIT }), page.mouse.click(x, y)]).then(() => null),
  press: ({ key }) => page.keyboard.press(key),
  async chord({ hold, key }) { await page.keyboard.down(hold); await page.keyboard.press(key); await page.keyboard.up(hold); },
  type: ({ text }) => page.keyboard.type(text),
  async text() {
    const texts = await Promise.all(page.frames().map((frame) => frame.evaluate(() => document.body?.innerText ?? '').catch(() => '')));
    return texts.join('\n');
  },
  ask: async ({ expression, frame }) => (await where(frame)).evaluate(expression),
  wait: async ({ expression, frame }) => { await (await where(frame)).waitForFunction(expression, { timeout: LIMIT }); },
  back: () => page.goBack({ waitUntil: 'load', timeout: LIMIT }).then(() => null, () => null),
  forward: () => page.goForward({ waitUntil: 'load', timeout: LIMIT }).then(() => null, () => null),
  url: () => page.url(),
  shot: ({ path, full = false }) => page.screenshot({ path, fullPage: full }).then(() => null),
  offline: ({ on }) => page.setOfflineMode(on),
  media: ({ type }) => page.emulateMediaType(type),
  async prefer({ features }) {
    const session = await page.createCDPSession();
    await session.send('Emulation.setEmulatedMedia', { features });
  },
  // What the page is told when an app switcher or another tab covers it.
  async hide() {
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
  },
  seen: () => seen,
  script: ({ on }) => page.setJavaScriptEnabled(on),
  heard: () => page.accessibility.snapshot({ interestingOnly: false }),
  cookies: async () => (await context.cookies()).length,
  async axe({ source, frame }) {
    const target = await where(frame);
    await target.evaluate(source);
    return target.evaluate(async () => {
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
    });
  },
  version: () => browser.version(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  try {
    const result = await commands[command](given);
    process.stdout.write(`${JSON.stringify({ result: result ?? null })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  }
}
await browser.close();
