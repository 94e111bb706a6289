const MASK_53_BITS = 2 ** 53

/**
 * Random numbers that a seed decides, the same on every machine.
 *
 * SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
 */
export class SplitMix64 {
  #state: bigint

  constructor(seed: number | bigint) {
    this.#state = BigInt.asUintN(64, BigInt(seed))
  }

  /** Draws 64 random bits. */
  nextUint64(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n)
    let mixed = this.#state
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n)
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn)
    return mixed ^ (mixed >> 31n)
  }

  /** Draws uniformly from [0, 1). */
  next(): number {
    return Number(this.nextUint64() >> 11n) / MASK_53_BITS
  }

  /** Draws from the normal distribution, by the method of Box and Muller (1958). */
  nextNormal(mean: number, variance: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    return mean + Math.sqrt(variance) * radius * Math.cos(2 * Math.PI * this.next())
  }
}
