import { Artifact, ArtifactList } from './artifact.js';
import { BundleList, BundleView } from './bundle.js';
import { JobPage, JobView, LevelShape } from './job.js';
import { Changed, Live, Span, Spans } from './live.js';
import { NodeList, NodeView } from './node.js';
import { Problem } from './problem.js';
import { Content, SubmitJob } from './submit-job.js';

/** Every schema that has a name in the description of the API; one that refers to another comes after it. */
export const SCHEMAS = [
  Problem,
  LevelShape,
  JobView,
  JobPage,
  Content,
  SubmitJob,
  BundleView,
  BundleList,
  NodeView,
  NodeList,
  Artifact,
  ArtifactList,
  Span,
  Spans,
  Changed,
  Live,
];
