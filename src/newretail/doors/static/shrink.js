// Photos are made smaller before they are sent: quick on a weak line, and where they were taken stays on the phone.
// What a browser cannot read is sent as it is; the server says what is wrong with it.

const LONGEST = 2560;
const SMALL_BYTES = 1_500_000;

async function shrunk(file) {
  if (file.size <= SMALL_BYTES) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const type = file.type === "image/png" || file.type === "image/webp" ? "image/webp" : "image/jpeg"; // keeps what is see-through
  const blob = await canvas.convertToBlob({ type, quality: 0.9 });
  return blob.size < file.size ? new File([blob], file.name, { type }) : file;
}

/** Replace the chosen files of an input by smaller ones; the same files where that fails. */
export async function shrinkFiles(input) {
  const chosen = new DataTransfer();
  for (const file of input.files) chosen.items.add(await shrunk(file).catch(() => file));
  input.files = chosen.files;
}
