export declare const identity: {
  readonly engine: { readonly name: string; readonly version: string; readonly contentHash: string };
  readonly build: { readonly kind: string; readonly sha256: string };
};
