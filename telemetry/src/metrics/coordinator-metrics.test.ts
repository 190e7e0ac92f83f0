import { describe, expect, it } from 'vitest';
import { scrape } from '../testing/scrape.js';
import { SimulatedFarm } from '../testing/simulated-farm.js';

/** Three fine tiles in a row and the coarse one above them, one step: four tile-steps, a frame, three windows. */
const ROW = { width: 160, height: 64, steps: 1 };

describe('the metrics of a coordinator', () => {
  it('agree with the report of a job', async () => {
    const farm = new SimulatedFarm({ batch: 4 });
    const report = await farm.run({});
    const series = await scrape(farm.exposition);
    const steps = [...series].filter(([name]) => name.startsWith('tessera_tile_steps_total'));
    const fine = report.levels[0]!.tiles * 3;
    const [node] = report.nodes;
    expect(new Map(steps)).toEqual(
      new Map([
        ['tessera_tile_steps_total{level="0"}', fine],
        ['tessera_tile_steps_total{level="1"}', report.tileSteps - fine],
      ]),
    );
    const { denoiser, decoder } = report.evaluations;
    const windows = decoder - series.get('tessera_guide_frames_published_total')!;
    const batches = ['denoise', 'decode'].map(
      (method) => series.get(`tessera_batch_tasks_count{method="${method}"}`)!,
    );
    expect(series.get('tessera_evaluations_total{graph="denoiser"}')).toBe(denoiser);
    expect(series.get('tessera_evaluations_total{graph="decoder"}')).toBe(decoder);
    expect(series.get('tessera_windows_total')).toBe(windows);
    expect(series.get('tessera_device_busy_seconds_total')).toBeCloseTo(node!.busySeconds);
    expect(batches[0]! + batches[1]!).toBe(node!.batches);
    expect(series.get('tessera_batch_tasks_sum{method="denoise"}')).toBe(report.tileSteps);
  });

  it('say how long tiles waited for guides and for a node, and calls for their answers', async () => {
    const farm = new SimulatedFarm();
    await farm.run(ROW);
    const series = await scrape(farm.exposition);
    // The coarse tile takes 10 ms and its frame 10: all three fine ones wait for both.
    expect(series.get('tessera_guide_wait_seconds_count')).toBe(3);
    expect(series.get('tessera_guide_wait_seconds_sum')).toBeCloseTo(0.06);
    // Two of them are sent at once; the third when the first is answered, 10 ms later.
    expect(series.get('tessera_ready_wait_seconds_count{task="tile-step"}')).toBe(4);
    expect(series.get('tessera_ready_wait_seconds_sum{task="tile-step"}')).toBeCloseTo(0.01);
    // Each is computed in 10 ms, the second and the third behind the one before.
    expect(series.get('tessera_rpc_seconds_count{method="denoise"}')).toBe(4);
    expect(series.get('tessera_rpc_seconds_sum{method="denoise"}')).toBeCloseTo(0.01 + 0.01 + 0.02 + 0.02);
    expect(series.get('tessera_dispatch_seconds_count{method="denoise"}')).toBe(4);
    expect(series.get('tessera_apply_seconds_count{method="denoise"}')).toBe(4);
  });

  it('say how full batches are', async () => {
    const farm = new SimulatedFarm({ batch: 4 });
    await farm.run(ROW);
    const series = await scrape(farm.exposition);
    // One tile, then three, of four that fit.
    expect(series.get('tessera_batch_fill_ratio_count{method="denoise"}')).toBe(2);
    expect(series.get('tessera_batch_fill_ratio_sum{method="denoise"}')).toBe(0.25 + 0.75);
  });

  it('show what a job does while it runs, and nothing of it afterwards', async () => {
    const farm = new SimulatedFarm();
    let during = new Map<string, number>() as ReadonlyMap<string, number>;
    // Between the coarse tile's answer and the frame's.
    const look = async () => {
      during = await scrape(farm.exposition);
    };
    await farm.run(ROW, {}, { seconds: 0.035, look });
    expect(
      Object.fromEntries(
        [...during].filter(([name]) => /^tessera_(job_|queued|batches|step_lag)/.test(name)),
      ),
    ).toEqual({
      'tessera_job_info{place="0",bundle="simulated",priority=""}': 1,
      'tessera_job_start_time_seconds{place="0"}': expect.any(Number),
      'tessera_job_tile_steps{place="0"}': 2,
      'tessera_job_tile_steps_planned{place="0"}': 4,
      'tessera_job_windows{place="0"}': 0,
      'tessera_job_windows_planned{place="0"}': 3,
      'tessera_job_device_busy_seconds{place="0"}': expect.closeTo(0.03),
      'tessera_queued_tasks{task="tile-step",level="0"}': 0,
      tessera_batches_in_flight: 2,
      'tessera_step_lag_steps{place="0",level="0"}': 1,
      'tessera_step_lag_steps{place="0",level="1"}': 0,
    });
    const after = await scrape(farm.exposition);
    expect([...after.keys()].filter((name) => name.includes('place='))).toEqual([]);
  });

  it('count what waits for a node, and what is on its way', async () => {
    const farm = new SimulatedFarm();
    let queued: number | undefined;
    let inFlight: number | undefined;
    const look = async () => {
      const series = await scrape(farm.exposition);
      queued = series.get('tessera_queued_tasks{task="tile-step",level="0"}');
      inFlight = series.get('tessera_batches_in_flight');
    };
    // The frame came at 20 ms: two of the three fine tiles were sent.
    await farm.run(ROW, {}, { seconds: 0.025, look });
    expect([queued, inFlight]).toEqual([1, 2]);
  });

  it('count checkpoints, and say how old the last is', async () => {
    const farm = new SimulatedFarm();
    let age: number | undefined;
    const look = async () => {
      age = (await scrape(farm.exposition)).get('tessera_checkpoint_age_seconds{place="0"}');
    };
    await farm.run({}, { checkpointSeconds: 0.1 }, { seconds: 0.155, look });
    // It was due at 0.1 and made with the next answer.
    expect(age).toBeCloseTo(0.155 - 0.11);
    const series = await scrape(farm.exposition);
    expect(farm.state.writes).toBeGreaterThan(1);
    expect(series.get('tessera_checkpoint_seconds_count')).toBe(farm.state.writes);
    expect(series.get('tessera_checkpoint_bytes_count')).toBe(farm.state.writes);
    expect(series.get('tessera_checkpoint_bytes_sum')).toBeGreaterThan(0);
  });

  it('count a race, and not as a wait of its tiles', async () => {
    const farm = new SimulatedFarm([{}, { name: 'late', latency: 1 }], { random: 1 });
    const { tileSteps } = await farm.run({});
    const series = await scrape(farm.exposition);
    expect(series.get('tessera_races_total')).toBeGreaterThan(0);
    expect(series.get('tessera_ready_wait_seconds_count{task="tile-step"}')).toBe(tileSteps);
  });

  it('count what fails by its cause', async () => {
    const farm = new SimulatedFarm({ lies: 1 }, { faultsEnd: 0.025 });
    await farm.run(ROW);
    const series = await scrape(farm.exposition);
    // The coarse tile comes back too short at 10 and at 20 ms.
    expect(series.get('tessera_retries_total{code="TESSERA_GRAPH_FAILED"}')).toBe(2);
    expect(series.get('tessera_nodes_set_aside_total{code="TESSERA_GRAPH_FAILED"}')).toBe(0);
  });

  it('count a node that is lost as set aside, and the tiles that were on it as retries', async () => {
    // Dies after 2 * 17.5 ms, with two of the fine tiles on it.
    const farm = new SimulatedFarm({ crashes: 1, restart: 1 }, { faultsEnd: 0.05, random: 0.0175 });
    await farm.run(ROW);
    const series = await scrape(farm.exposition);
    expect(series.get('tessera_nodes_set_aside_total{code="TESSERA_NODE_UNAVAILABLE"}')).toBe(1);
    expect(series.get('tessera_retries_total{code="TESSERA_NODE_UNAVAILABLE"}')).toBe(2);
    expect(series.get('tessera_tile_steps_total{level="0"}')).toBe(3);
  });

  it('count a frame that the bus has lost once, however many tiles missed it', async () => {
    const farm = new SimulatedFarm({}, { lost: 2 });
    await farm.run(ROW);
    const series = await scrape(farm.exposition);
    expect(series.get('tessera_guide_frames_lost_total')).toBe(1);
    expect(series.get('tessera_guide_frames_published_total')).toBe(2);
    expect(series.get('tessera_retries_total{code="TESSERA_INPUT_MISSING"}')).toBe(2);
  });
});
