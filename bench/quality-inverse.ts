/** Rows and columns worked on together: three tiles stay in the processor's cache. */
const tile = 64;

/** Inverts a symmetric positive definite matrix in its place, by its Cholesky factor, tile by tile. */
export function inverseOf(matrix: Float64Array, size: number): void {
  factorize(matrix, size);
  const inverse = invertFactor(matrix, size);
  multiply(inverse, matrix, size);
}

/** The lower factor, row by row; each sum runs along two rows, which lie in sequence. */
function factorize(m: Float64Array, size: number): void {
  for (let from = 0; from < size; from += tile) {
    const to = Math.min(size, from + tile);
    for (let a = from; a < size; a++) {
      for (let b = from; b < Math.min(to, a + 1); b++) {
        let sum = m[a * size + b]!;
        const [ra, rb] = [a * size, b * size];
        for (let k = 0; k < b; k++) sum -= m[ra + k]! * m[rb + k]!;
        m[ra + b] = a === b ? Math.sqrt(Math.max(sum, 1e-12)) : sum / m[rb + b]!;
      }
    }
  }
}

/** The inverse of the factor, transposed: row c holds column c. */
function invertFactor(m: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let from = 0; from < size; from += tile) {
    const to = Math.min(size, from + tile);
    for (let a = from; a < size; a++) {
      const row = a * size;
      for (let c = from; c < Math.min(to, a + 1); c++) {
        const column = c * size;
        if (a === c) {
          out[column + a] = 1 / m[row + a]!;
          continue;
        }
        let sum = 0;
        for (let k = c; k < a; k++) sum -= m[row + k]! * out[column + k]!;
        out[column + a] = sum / m[row + a]!;
      }
    }
  }
  return out;
}

/** (L⁻¹)ᵀ L⁻¹ from the transposed inverse factor, both halves. */
function multiply(t: Float64Array, out: Float64Array, size: number): void {
  for (let from = 0; from < size; from += tile) {
    const to = Math.min(size, from + tile);
    for (let a = from; a < size; a++) {
      for (let b = from; b < Math.min(to, a + 1); b++) {
        let sum = 0;
        const [ra, rb] = [a * size, b * size];
        for (let k = a; k < size; k++) sum += t[ra + k]! * t[rb + k]!;
        out[ra + b] = sum;
        out[rb + a] = sum;
      }
    }
  }
}
