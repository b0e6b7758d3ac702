/** The dashboard's libraries, under the addresses by which the service hands them out. */
declare module '*/vendor/htm-preact.js' {
  export * from 'htm/preact';
}

declare module '*/vendor/uplot.js' {
  export {default} from 'uplot';
}
