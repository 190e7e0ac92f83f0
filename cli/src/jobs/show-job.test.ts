import { Job, JobState } from '@tessera/proto';
import { describe, expect, it } from 'vitest';
import { jobAsJson, jobLine } from './show-job.js';

const JOB = Job.create({
  id: 'a-b',
  state: JobState.RUNNING,
  priority: 4,
  settings: { width: 300, height: 200, seed: '7' },
  progress: { tileSteps: 50, totalTileSteps: 199, windows: 0, totalWindows: 9 },
  submittedAt: 0,
  updatedAt: 1000,
});

describe('a job as it is shown', () => {
  it('is a line that says how far it is', () => {
    expect(jobLine(JOB)).toBe('a-b  running     25 %  priority 4  300x200  seed 7');
  });

  it('says why it failed', () => {
    const error = { code: 'TESSERA_DISK_FULL', message: 'No space is left' };
    expect(jobLine({ ...JOB, state: JobState.FAILED, error })).toMatch(
      /failed .* TESSERA_DISK_FULL: No space is left$/,
    );
  });

  it('is plain JSON with the report in it', () => {
    const shown = jobAsJson({ ...JOB, state: JobState.DONE, report: '{"tileSteps":199}', output: '/x.tif' });
    expect(JSON.parse(JSON.stringify(shown))).toMatchObject({
      state: 'done',
      output: '/x.tif',
      report: { tileSteps: 199 },
      submittedAt: '1970-01-01T00:00:00.000Z',
    });
  });
});
