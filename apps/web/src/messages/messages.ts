import { en, type Messages } from './en.js';
import { ko } from './ko.js';

const language = navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';

/** In the browser's language where there are texts in it, else in English. */
export const messages: Messages = language === 'ko' ? ko : en;
document.documentElement.lang = language;

const figures = new Intl.NumberFormat(language);

/** `12,345` */
export function figure(n: number): string {
  return figures.format(n);
}
