import type { PictureInfo } from '../picture.js';
import { escapeXml, provenance, SOFTWARE } from '../provenance.js';
import { asciiEntry, longEntry, Tag } from './directory.js';
import { type Profile, REDUCED_IMAGE } from './profile.js';
import { micrometres } from './svs.js';

const SCHEMA = 'http://www.openmicroscopy.org/Schemas/OME/2016-06';

/** OME-TIFF 2016-06 with sub-resolutions: OME-XML in the first description, the coarser levels as SubIFDs. */
export const omeProfile: Profile = async ({ info, levels, tiled }) => [
  {
    entries: [
      ...tiled(0),
      longEntry(Tag.NewSubfileType, [0]),
      asciiEntry(Tag.ImageDescription, omeXml(info)),
    ],
    children: levels.slice(1).map((_, index) => ({
      entries: [...tiled(index + 1), longEntry(Tag.NewSubfileType, [REDUCED_IMAGE])],
    })),
  },
];

/** The OME-XML of one RGB plane; the provenance is a MapAnnotation. */
export function omeXml(info: PictureInfo): string {
  const objective = info.power !== undefined;
  const size = info.metersPerPixel === undefined ? '' : physicalSize(micrometres(info.metersPerPixel));
  const entries = provenance(info).map(([key, value]) => `<M K="${escapeXml(key)}">${escapeXml(value)}</M>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<OME xmlns="${SCHEMA}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`,
    ` xsi:schemaLocation="${SCHEMA} ${SCHEMA}/ome.xsd" Creator="${SOFTWARE}">`,
    objective
      ? `<Instrument ID="Instrument:0"><Objective ID="Objective:0" NominalMagnification="${info.power}"/></Instrument>`
      : '',
    '<Image ID="Image:0" Name="Synthetic picture"><Description>Synthetic: made by a generative model</Description>',
    objective ? '<InstrumentRef ID="Instrument:0"/><ObjectiveSettings ID="Objective:0"/>' : '',
    `<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="${info.width}" SizeY="${info.height}"`,
    ` SizeZ="1" SizeC="3" SizeT="1" Interleaved="true"${size}>`,
    '<Channel ID="Channel:0:0" SamplesPerPixel="3"/><TiffData IFD="0" PlaneCount="1"/></Pixels>',
    '<AnnotationRef ID="Annotation:0"/></Image>',
    '<StructuredAnnotations><MapAnnotation ID="Annotation:0" Namespace="tessera/provenance"><Value>',
    ...entries,
    '</Value></MapAnnotation></StructuredAnnotations></OME>',
  ].join('');
}

function physicalSize(um: number): string {
  return ` PhysicalSizeX="${um}" PhysicalSizeXUnit="µm" PhysicalSizeY="${um}" PhysicalSizeYUnit="µm"`;
}
