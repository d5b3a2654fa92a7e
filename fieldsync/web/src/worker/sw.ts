declare const __VERSION__: string;
declare const __FILES__: string[];
declare const __LATER__: string[];
console.log(__VERSION__, __FILES__, __LATER__);
