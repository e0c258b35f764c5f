/** Pages that show what business stands at read anew when the demonstration's clock has moved. */
const readers = new Set<() => void>();

export function moved(): void {
  readers.forEach((read) => read());
}

/** @returns what ends it */
export function onClockMoved(read: () => void): () => void {
  readers.add(read);
  return () => readers.delete(read);
}
