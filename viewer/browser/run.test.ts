import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, NO_CHROMIUM } from './testing/chromium.js';
import { keep, openPage, placeOf, render, seen, state } from './testing/page.js';
import { Serve } from './testing/serve.js';

/** Px a side: some seconds with the tiny bundle, so that there is a middle of the run. */
const LONG = 1024;

describe.skipIf(NO_CHROMIUM)('a picture on the live page', { timeout: 120_000 }, () => {
  let serve: Serve;
  let browser: Browser;

  beforeAll(async () => {
    [serve, browser] = await Promise.all([Serve.start(), launch()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await serve?.close();
  });

  it('appears after nothing but a size was typed, sharpens, and can be downloaded', async () => {
    const { page, errors } = await openPage(browser, serve.url);
    await render(page, LONG);
    await state(page, 'Rendering');
    await seen(page);
    await page.waitForFunction(() => performance.getEntriesByName('tessera-shown').length > 0);
    await keep(page, 'run');
    await state(page, 'Done');
    await seen(page);
    await keep(page, 'done');
    await page.reload();
    await seen(page);
    await page.getByRole('button', { name: 'Difference' }).click();
    await seen(page);
    await keep(page, 'done-difference');
    await page.getByRole('button', { name: 'Difference' }).click();
    await page.getByRole('group', { name: 'Level' }).getByRole('button').last().click();
    await page.getByRole('button', { name: 'Nodes' }).click();
    await seen(page);
    await keep(page, 'done-coarsest');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toMatch(/[.]svs[.]tif$/);
    expect(await page.locator('[role=status]').textContent()).toBe('Picture: Done');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('can be moved and zoomed while it is made, and a reload comes back to the same place', async () => {
    const { page, errors } = await openPage(browser, serve.url);
    const id = await render(page, LONG);
    await seen(page);
    const before = await placeOf(page);
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('g');
    await page.waitForFunction(
      (z) => Number(new URLSearchParams(location.hash.slice(1)).get('z')) > 1.5 * z,
      before.z,
    );
    await page.waitForFunction(() => location.hash.includes('show=grid'));
    await page.mouse.move(800, 400);
    await page.mouse.wheel(0, -300);
    await page.waitForFunction(
      (z) => Number(new URLSearchParams(location.hash.slice(1)).get('z')) > 1.7 * z,
      before.z,
    );
    const at = await placeOf(page);
    await page.reload();
    await seen(page);
    const again = await placeOf(page);
    expect(again.x).toBeCloseTo(at.x, -1);
    expect(again.y).toBeCloseTo(at.y, -1);
    expect(again.z).toBeCloseTo(at.z, 1);
    expect(page.url()).toContain(`job=${id}`);
    expect(await page.getByRole('button', { name: 'Tiles' }).getAttribute('aria-pressed')).toBe('true');
    await state(page, 'Done');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('is shown on two pages at once', async () => {
    const [one, two] = await Promise.all([openPage(browser, serve.url), openPage(browser, serve.url)]);
    const id = await render(one.page, LONG);
    // It is in the other's list without being asked for.
    await two.page.locator(`a[href="#job=${id}"]`).click();
    await Promise.all([seen(one.page), seen(two.page)]);
    await Promise.all([state(one.page, 'Done'), state(two.page, 'Done')]);
    expect([...one.errors, ...two.errors]).toEqual([]);
    await Promise.all([one.page.context().close(), two.page.context().close()]);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'goes on by itself after the server was restarted by %s',
    async (signal) => {
      const { page, errors } = await openPage(browser, serve.url);
      await render(page, LONG);
      await seen(page);
      await serve.down(signal);
      await page.getByText('Connection lost, trying again').waitFor();
      await keep(page, `lost-${signal.toLowerCase()}`);
      await serve.up();
      await page.getByText('Live', { exact: true }).waitFor();
      await state(page, 'Done');
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );

  it('is paused, goes on, and is cancelled when that is confirmed', async () => {
    const { page } = await openPage(browser, serve.url);
    await render(page, 2 * LONG);
    await page.getByRole('button', { name: 'Pause' }).click();
    await state(page, 'Paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await state(page, 'Rendering');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Keep rendering' }).click();
    await state(page, 'Rendering');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the picture' }).click();
    await state(page, 'Cancelled');
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    await page.context().close();
  });
});
