import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** Takes an image by drop, by the file chooser, or by pasting, and gives its bytes in base64. */
export function ReferenceImage({ onChange }: { readonly onChange: (base64: string) => void }) {
  const picture = useSignal<string | undefined>(undefined);
  const over = useSignal(false);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => () => forget(picture.value), []);

  const take = async (file: File | undefined | null) => {
    if (!file) return;
    forget(picture.value);
    picture.value = URL.createObjectURL(file);
    onChange(await base64Of(file));
  };
  return (
    <fieldset
      aria-label="Reference image"
      class="drop"
      data-over={over.value}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        void take(event.dataTransfer?.files[0]);
      }}
      onPaste={(event) => void take(event.clipboardData?.files[0])}
    >
      {picture.value && <img src={picture.value} alt="The reference" />}
      <label for="reference-file">Drop an image here, or</label>
      <button type="button" class="button" onClick={() => chooser.current?.click()}>
        Choose a file
      </button>
      <input
        ref={chooser}
        id="reference-file"
        class="unseen"
        type="file"
        tabIndex={-1}
        accept="image/jpeg,image/png,image/tiff,image/webp"
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
    </fieldset>
  );
}

function forget(url: string | undefined): void {
  if (url !== undefined) URL.revokeObjectURL(url);
}

async function base64Of(file: Blob): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}
