import { type Static, Type } from '@tessera/tiler/schema';
import { ref } from './ref.js';

export const NodeView = Type.Object(
  {
    name: Type.String(),
    address: Type.String({ description: 'host:port' }),
    state: Type.Enum(['ready', 'set_aside', 'draining', 'gone']),
    cause: Type.Optional(Type.String({ description: 'Why it is set aside' })),
    device: Type.String(),
    threads: Type.Integer(),
    version: Type.String(),
    inFlight: Type.Integer({ minimum: 0, description: 'Batches sent and not answered' }),
    bundles: Type.Array(
      Type.Object({
        digest: Type.String(),
        name: Type.String(),
        batch: Type.Integer(),
        tilesPerSecond: Type.Number({ description: 'As measured at load, one evaluation a tile' }),
      }),
    ),
  },
  { $id: 'Node' },
);

export type NodeView = Static<typeof NodeView>;
export const NodeList = Type.Object({ nodes: Type.Array(ref(NodeView)) }, { $id: 'NodeList' });
