/** Line drawings of 16 x 16. */
const PATHS = {
  grid: 'M2 2h12v12H2zM6 2v12M10 2v12M2 6h12M2 10h12',
  steps: 'M2 13h3V9H2zM6.5 13h3V6h-3zM11 13h3V3h-3z',
  nodes: 'M3 3h4v4H3zM9 3h4v4H9zM6 10h4v3H6zM5 7v1.5h6V7M8 8.5V10',
  difference: 'M9.5 6.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0M14.5 9.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  whole: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13 9.5A5.6 5.6 0 0 1 6.5 3 5.6 5.6 0 1 0 13 9.5',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  chevron: 'M6 3l5 5-5 5',
  link: 'M6 10l4-4M7.5 4.5 9 3a2.8 2.8 0 0 1 4 4l-1.5 1.5M8.5 11.5 7 13a2.8 2.8 0 0 1-4-4l1.5-1.5',
  download: 'M8 2v8M4.5 6.8 8 10.3l3.5-3.5M2.5 13.5h11',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon beside words or in a labelled button: screen readers pass it over. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Tessera's mark: tiles of a pyramid. */
export function Mark() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path fill="var(--stain)" d="M1 1h8v8H1z" />
      <path fill="var(--eosin)" d="M10 1h5v5h-5zM1 10h5v5H1z" />
      <path fill="var(--stain)" opacity=".55" d="M10 7h5v2h-5zM7 10h2v5H7zM10 10h5v5h-5z" />
    </svg>
  );
}
