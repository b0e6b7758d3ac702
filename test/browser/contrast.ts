import type {Page} from 'playwright-core';

/** A text that is too faint to read, with its contrast. */
export interface Faint {
  readonly text: string;
  readonly where: string;
  readonly ratio: number;
}

/**
 * The texts of a page whose contrast is below AA (4.5, or 3 where they are large), as they are
 * seen: grounds and opacities of all that surrounds them are reckoned in. A ground that is a
 * gradient has to be named, by its least favourable colour.
 */
export function faintTexts(page: Page, gradients: Readonly<Record<string, string>>) {
  return page.evaluate<readonly Faint[]>(`(${measure})(${JSON.stringify(gradients)})`);
}

/** Runs in the page. */
const measure = `function (gradients) {
  const brush = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const pixel = (color) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = color;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], ground) =>
    [r, g, b].map((part, i) => part * a + ground[i] * (1 - a));
  const light = (color) => {
    const [r, g, b] = color.map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const named = (element) =>
    Object.entries(gradients).find(([selector]) => element.matches(selector))?.[1];
  // What stands behind an element's text, and what the text comes to on it.
  const seen = (element, text) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(at);
    const paint = (i, ground) => {
      const style = getComputedStyle(chain[i]);
      const own = over(pixel(named(chain[i]) ?? style.backgroundColor), ground);
      const [back, front] =
        i === chain.length - 1 ? [own, over(pixel(text), own)] : paint(i + 1, own);
      const fade = Number(style.opacity);
      return [over([...back, fade], ground), over([...front, fade], ground)];
    };
    return paint(0, [255, 255, 255]);
  };
  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const text = [...element.childNodes]
      .filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
    if (text === '' || !element.checkVisibility() || element.closest('option, .visually-hidden'))
      return [];
    const style = getComputedStyle(element);
    const [back, front] = seen(element, style.color).map(light);
    const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 620);
    return ratio >= (large ? 3 : 4.5) ? [] : [{text, where: element.className, ratio}];
  });
}`;
