// `npm run bench page`: first paint, how far what is shown lags behind the coordinator, and frame times with a gigapixel picture and
// 2,000 jobs. The first two with a real `tessera serve` on the tiny bundle, the last with a simulated coordinator.
import type { Browser, Page } from 'playwright-core';
import { launch } from '../testing/chromium.js';
import { openPage, render, seen, state } from '../testing/page.js';
import { Serve } from '../testing/serve.js';
import { simulatedCoordinator } from './simulated-coordinator.js';

const browser = await launch();
try {
  console.log(JSON.stringify({ ...(await withServer(browser)), ...(await withManyJobs(browser)) }));
} finally {
  await browser.close();
}

async function withServer(browser: Browser) {
  const serve = await Serve.start();
  try {
    const paints: number[] = [];
    for (let i = 0; i < 5; i++) {
      const { page } = await openPage(browser, serve.url);
      paints.push(
        await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]!.startTime),
      );
      await page.context().close();
    }
    const { page } = await openPage(browser, serve.url);
    await render(page, 1024);
    await state(page, 'Done');
    const behind = (name: string) =>
      page.evaluate(
        (mark) =>
          performance.getEntriesByName(mark).map((one) => (one as PerformanceMark).detail.behind as number),
        name,
      );
    const [heard, shown] = [await behind('tessera-heard'), await behind('tessera-shown')];
    await page.context().close();
    return {
      firstPaintMs: quantile(paints, 0.5),
      heardBehindMedianMs: quantile(heard, 0.5),
      heardBehindP95Ms: quantile(heard, 0.95),
      shownBehindMedianMs: quantile(shown, 0.5),
      shownBehindP95Ms: quantile(shown, 0.95),
    };
  } finally {
    await serve.close();
  }
}

async function withManyJobs(browser: Browser) {
  const blank = await browser.newPage({ viewport: { width: 256, height: 256 } });
  const tile = await blank.screenshot({ type: 'jpeg' });
  await blank.close();
  const { url, job, server } = await simulatedCoordinator(tile);
  try {
    const { page } = await openPage(browser, `${url}#job=${job}&show=grid.steps`);
    await seen(page);
    const picture = await frames(page, async () => {
      for (let i = 0; i < 24; i++) {
        await page.keyboard.press(['+', 'ArrowRight', 'ArrowDown', i < 12 ? '+' : '-'][i % 4]!);
        await page.waitForTimeout(150);
      }
    });
    const list = await frames(page, async () => {
      await page.mouse.move(100, 600);
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(0, 2000);
        await page.waitForTimeout(60);
      }
    });
    const listed = await page.locator('.jobs header span').textContent();
    return { ...named('picture', picture), ...named('list', list), listed };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Milliseconds between frames while something is done. */
async function frames(page: Page, act: () => Promise<void>): Promise<number[]> {
  const measured = page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        let last = performance.now();
        const tick = (now: number) => {
          times.push(now - last);
          last = now;
          if ((globalThis as { stopFrames?: boolean }).stopFrames) resolve(times);
          else requestAnimationFrame(tick);
        };
        (globalThis as { stopFrames?: boolean }).stopFrames = false;
        requestAnimationFrame(tick);
      }),
  );
  await act();
  await page.evaluate(() => {
    (globalThis as { stopFrames?: boolean }).stopFrames = true;
  });
  return (await measured).slice(1);
}

function named(what: string, times: readonly number[]) {
  return {
    [`${what}FrameMedianMs`]: quantile(times, 0.5),
    [`${what}FrameP95Ms`]: quantile(times, 0.95),
    [`${what}FrameLongestMs`]: Math.max(...times),
  };
}

function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN;
}
