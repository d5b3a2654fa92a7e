declare const __BUILT__: string;
