import { type Static, Type } from '@tessera/tiler/schema';
import { ref } from './ref.js';

export const Artifact = Type.Object(
  {
    name: Type.String({ description: 'picture.svs.tif, report.json ...' }),
    bytes: Type.Integer({ minimum: 0 }),
    mediaType: Type.String(),
    href: Type.String({ description: 'Path of it on this server' }),
  },
  { $id: 'Artifact' },
);

export type Artifact = Static<typeof Artifact>;
export const ArtifactList = Type.Object({ artifacts: Type.Array(ref(Artifact)) }, { $id: 'ArtifactList' });
