import { type BundleSource, FolderBundles } from '@tessera/farm';

/** The mounted folder of bundles, where there is one. */
export function mounted({ bundleStore }: { readonly bundleStore: string | undefined }): BundleSource[] {
  return bundleStore === undefined ? [] : [new FolderBundles(bundleStore)];
}
