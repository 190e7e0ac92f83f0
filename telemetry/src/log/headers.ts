/** Metadata of a call that says which job and which of its batches it is for: what joins the logs of both sides. */
export const JOB_HEADER = 'tessera-job';
export const BATCH_HEADER = 'tessera-batch';
