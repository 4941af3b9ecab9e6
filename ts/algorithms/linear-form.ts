/** An expression over the inputs of a circuit, as far as it is linear. */
export interface LinearForm {
  readonly constant: number;
  /** Input → its factor; none is 0. */
  readonly slopes: ReadonlyMap<string, number>;
  /** Inputs that it depends on in another way. */
  readonly bent: ReadonlySet<string>;
}

const TOKEN = /\s*(\*\*|[-+*/%()]|\d+(?:\.\d+)?(?:e[+-]?\d+)?π?|π|[\p{L}_][\p{L}\p{N}_]*)/uy;

/**
 * Reads a gate parameter of a `CircuitView`: numbers, π, inputs, `+ - * / % **`, functions and brackets, as the engine prints them.
 *
 * @returns undefined for what is no such expression
 */
export function readLinearForm(text: string): LinearForm | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const reader = new Reader(tokens);
  const form = reader.sum();
  return reader.atEnd ? form : undefined;
}

function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) return undefined;
    tokens.push(match[1]);
  }
  return tokens;
}

/** Recursive descent; the engine bounds the depth of what it prints to 100. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  #take(...wanted: string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.#at++;
    return token;
  }

  sum(): LinearForm | undefined {
    let left = this.#product();
    for (;;) {
      const operator = this.#take("+", "-");
      if (operator === undefined) return left;
      const right = this.#product();
      left = left && right && added(left, operator === "+" ? right : scaled(right, -1));
    }
  }

  #product(): LinearForm | undefined {
    let left = this.#factor();
    for (;;) {
      const operator = this.#take("*", "/", "%");
      if (operator === undefined) return left;
      const right = this.#factor();
      left = left && right && multiplied(left, operator, right);
    }
  }

  #factor(): LinearForm | undefined {
    if (this.#take("-") !== undefined) {
      const form = this.#factor();
      return form && scaled(form, -1);
    }
    const base = this.#atom();
    if (this.#take("**") === undefined) return base;
    const exponent = this.#factor();
    return base && exponent && bent(base, exponent);
  }

  #atom(): LinearForm | undefined {
    if (this.#take("(") !== undefined) return this.#closed(this.sum());
    const token = this.#tokens[this.#at++];
    if (token === undefined) return undefined;
    if (/^[\dπ]/.test(token)) return constant(numberOf(token));
    if (!/^[\p{L}_]/u.test(token)) return undefined;
    if (this.#take("(") === undefined) return { constant: 0, slopes: new Map([[token, 1]]), bent: new Set() };
    const argument = this.#closed(this.sum());
    return argument && bent(argument);
  }

  #closed(form: LinearForm | undefined): LinearForm | undefined {
    return this.#take(")") === undefined ? undefined : form;
  }
}

function numberOf(token: string): number {
  if (!token.endsWith("π")) return Number(token);
  return token === "π" ? Math.PI : Number(token.slice(0, -1)) * Math.PI;
}

function constant(value: number): LinearForm {
  return { constant: value, slopes: new Map(), bent: new Set() };
}

function isConstant({ slopes, bent: others }: LinearForm): boolean {
  return slopes.size === 0 && others.size === 0;
}

function added(a: LinearForm, b: LinearForm): LinearForm {
  const slopes = new Map(a.slopes);
  for (const [name, slope] of b.slopes) {
    const sum = (slopes.get(name) ?? 0) + slope;
    if (sum === 0) slopes.delete(name);
    else slopes.set(name, sum);
  }
  return { constant: a.constant + b.constant, slopes, bent: new Set([...a.bent, ...b.bent]) };
}

function scaled(form: LinearForm, factor: number): LinearForm {
  if (factor === 0) return constant(0);
  const slopes = new Map([...form.slopes].map(([name, slope]) => [name, slope * factor]));
  // Adding +0 turns −0 into 0.
  return { constant: form.constant * factor + 0, slopes, bent: form.bent };
}

function multiplied(a: LinearForm, operator: string, b: LinearForm): LinearForm {
  if (operator === "*" && isConstant(b)) return scaled(a, b.constant);
  if (operator === "*" && isConstant(a)) return scaled(b, a.constant);
  if (operator === "/" && isConstant(b) && b.constant !== 0) return scaled(a, 1 / b.constant);
  return bent(a, b);
}

/** Everything that the forms depend on, in some other way. */
function bent(...forms: LinearForm[]): LinearForm {
  const names = forms.flatMap((form) => [...form.slopes.keys(), ...form.bent]);
  return { constant: 0, slopes: new Map(), bent: new Set(names) };
}
