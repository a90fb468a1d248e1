// Files as the API takes them.
export async function encoded(file: File): Promise<{ name: string; data: string }> {
  const url = await new Promise<string>((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
  return { name: file.webkitRelativePath || file.name, data: url.slice(url.indexOf(",") + 1) };
}
