import { css, unsafeCSS } from 'lit'

/** Every colour in light and in dark. */
const colors: Record<string, [light: string, dark: string]> = {
  surface: ['#ffffff', '#16181d'],
  sunken: ['#f1f3f7', '#1f2229'],
  raised: ['#ffffff', '#30353f'],
  text: ['#14171f', '#eceef3'],
  muted: ['#5a6172', '#a4abba'],
  line: ['#e4e7ee', '#2b303a'],
  edge: ['#858d9e', '#70798a'],
  accent: ['#3a54d6', '#9fb0ff'],
  'on-accent': ['#ffffff', '#10142a'],
  danger: ['#b3261e', '#ffb1a8'],
  'on-danger': ['#ffffff', '#2b0f0c'],
  'danger-soft': ['#fdeeed', '#3a1f1d'],
  good: ['#116a43', '#83d6ab'],
  'good-soft': ['#e6f4ec', '#17301f'],
}

const declare = (write: (light: string, dark: string) => string) =>
  Object.entries(colors)
    .map(([name, pair]) => `--${name}:var(--authflow-${name},${write(...pair)});`)
    .join('')

/** Browsers without `light-dark()` show the light colours, or the dark ones where `theme` says so. */
const palette = unsafeCSS(
  `:host{${declare((light) => light)}}` +
    `:host([theme='dark']){${declare((_, dark) => dark)}}` +
    `@supports (color:light-dark(#fff,#000)){:host,:host([theme]){${declare(
      (light, dark) => `light-dark(${light},${dark})`,
    )}}}`,
)

/** The look of all elements. It uses logical properties only, so that it works from right to left. */
export const styles = [
  palette,
  css`
    :host {
      --radius: var(--authflow-radius, 12px);
      --target: 48px;
      --ring: 0 0 0 3px color-mix(in srgb, var(--accent) 30%, transparent);
      --accent-hover: color-mix(in srgb, var(--accent) 88%, var(--text));
      --accent-soft: color-mix(in srgb, var(--accent) 9%, var(--surface));
      display: block;
      max-width: var(--authflow-width, 27rem);
      margin-inline: auto;
      font-family: var(
        --authflow-font,
        system-ui,
        -apple-system,
        'Segoe UI',
        Roboto,
        'Helvetica Neue',
        'PingFang SC',
        'Hiragino Sans GB',
        'Microsoft YaHei',
        'Noto Sans CJK SC',
        'Noto Sans SC',
        sans-serif
      );
      font-size: 1rem;
      line-height: 1.5;
      text-align: start;
      color: var(--text);
      -webkit-text-size-adjust: 100%;
    }
    :host([theme='light']) {
      color-scheme: light;
    }
    :host([theme='dark']) {
      color-scheme: dark;
    }
    :host([theme='auto']) {
      color-scheme: light dark;
    }
    :host([hidden]),
    [hidden] {
      display: none !important;
    }
    *,
    ::before,
    ::after {
      box-sizing: border-box;
    }
    h1,
    h2,
    p,
    ul,
    dl,
    dd {
      margin: 0;
      padding: 0;
    }
    ul {
      list-style: none;
    }
    a {
      color: var(--accent);
      text-underline-offset: 3px;
    }
    :focus-visible {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }

    /* The card */
    .card {
      position: relative;
      display: flex;
      flex-direction: column;
      min-height: var(--authflow-height, 30rem);
      padding: 1.75rem 1.25rem 1.5rem;
      border: 1px solid var(--line);
      border-radius: calc(var(--radius) * 1.75);
      background: var(--surface);
      box-shadow: var(
        --authflow-shadow,
        0 1px 2px rgb(16 20 40 / 5%),
        0 16px 40px -20px rgb(16 20 40 / 18%)
      );
    }
    .screen {
      flex: 1;
      display: flex;
      flex-direction: column;
    }
    ::slotted([slot='logo']) {
      display: block;
      margin-block-end: 1.25rem;
    }
    ::slotted([slot='footer']) {
      display: block;
      margin-block-start: 1.25rem;
      padding-block-start: 1rem;
      border-block-start: 1px solid var(--line);
      font-size: 0.875rem;
      color: var(--muted);
    }
    ::slotted([slot='actions']) {
      display: block;
      margin-block-start: 0.625rem;
    }
    h1,
    h2 {
      font-size: 1.5rem;
      font-weight: 650;
      line-height: 1.25;
      letter-spacing: -0.018em;
      text-wrap: balance;
    }
    h1:focus {
      outline: none;
    }
    :lang(zh) :is(h1, h2) {
      letter-spacing: 0;
    }
    .lead {
      margin-block-start: 0.375rem;
      color: var(--muted);
      text-wrap: pretty;
    }
    .live {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    /* Shown late, so that nothing flashes when the page starts quickly. */
    .loading {
      flex: 1;
      display: grid;
      place-items: center;
      color: var(--muted);
      animation: appear 0.2s 0.4s both;
    }
    @keyframes appear {
      from {
        opacity: 0;
      }
    }
    .notice:not(:empty),
    .success:not(:empty) {
      margin-block: -0.5rem 1.25rem;
      padding: 0.75rem 0.875rem;
      border-radius: var(--radius);
      font-size: 0.9375rem;
      text-wrap: pretty;
    }
    .notice {
      color: var(--danger);
      background: var(--danger-soft);
    }
    .success {
      color: var(--good);
      background: var(--good-soft);
    }

    /* Forms */
    form,
    .stack {
      margin-block-start: 1rem;
    }
    .label {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 0.75rem;
      min-height: 2.75rem;
      font-size: 0.9375rem;
    }
    .label label {
      font-weight: 550;
    }
    .optional {
      font-size: 0.875rem;
      color: var(--muted);
    }
    .field {
      position: relative;
      display: flex;
      align-items: stretch;
      height: var(--target);
      border: 1px solid var(--edge);
      border-radius: var(--radius);
      background: var(--surface);
    }
    .field:focus-within {
      border-color: var(--accent);
      box-shadow: var(--ring);
    }
    .field[data-wrong] {
      border-color: var(--danger);
    }
    .field[data-wrong]:focus-within {
      box-shadow: 0 0 0 3px color-mix(in srgb, var(--danger) 25%, transparent);
    }
    .field:has(> input:read-only) {
      border-color: var(--line);
      background: var(--sunken);
    }
    .field input {
      flex: 1;
      width: 100%;
      min-width: 0;
      padding-inline: 0.875rem;
      border: 0;
      border-radius: inherit;
      font: inherit;
      /* A phone zooms in on a field with smaller text. */
      font-size: 1.0625rem;
      color: inherit;
      background: none;
      outline: none;
    }
    .field input:read-only {
      color: var(--muted);
    }
    input::placeholder {
      color: var(--muted);
      opacity: 0.8;
    }
    .line {
      /* The height of two lines, so that an error moves nothing. */
      min-height: 3.375rem;
      padding-block: 0.375rem 0.5rem;
      font-size: 0.875rem;
      line-height: 1.4;
    }
    .hint {
      color: var(--muted);
    }
    .error {
      color: var(--danger);
      text-wrap: pretty;
    }
    .error[data-kind='cancelled'] {
      color: inherit;
    }
    .error[data-kind='network'] {
      position: relative;
      padding-inline-start: 1rem;
    }
    .error[data-kind='network']:not(:empty)::before {
      content: '';
      position: absolute;
      inset-block-start: 0.45em;
      inset-inline-start: 0;
      width: 0.5rem;
      height: 0.5rem;
      border-radius: 50%;
      background: currentcolor;
    }
    .done {
      color: var(--good);
    }

    /* The country picker */
    .picker {
      flex: none;
      display: flex;
      border-inline-end: 1px solid var(--line);
    }
    .picker .country {
      width: 4.75rem;
      padding-inline: 0.875rem 1.25rem;
      border-start-end-radius: 0;
      border-end-end-radius: 0;
      font-variant-numeric: tabular-nums;
      cursor: pointer;
    }
    .picker:dir(rtl) .country {
      direction: ltr;
      text-align: end;
    }
    .picker::after {
      content: '';
      align-self: center;
      width: 0.375rem;
      height: 0.375rem;
      margin-inline: -1.125rem 0.75rem;
      border: solid var(--muted);
      border-width: 0 1.5px 1.5px 0;
      transform: translateY(-2px) rotate(45deg);
      pointer-events: none;
    }
    .regions {
      position: absolute;
      z-index: 1;
      inset-inline: -1px;
      inset-block-start: calc(100% + 0.375rem);
      max-height: 15rem;
      padding: 0.375rem;
      overflow-y: auto;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--surface);
      box-shadow: 0 16px 40px -12px rgb(16 20 40 / 30%);
    }
    .regions li {
      display: flex;
      justify-content: space-between;
      gap: 1rem;
      min-height: 2.75rem;
      align-items: center;
      padding-inline: 0.625rem;
      border-radius: calc(var(--radius) * 0.66);
      cursor: pointer;
    }
    .regions [aria-selected='true'],
    .regions li:hover {
      background: var(--sunken);
    }
    .calling {
      color: var(--muted);
      font-variant-numeric: tabular-nums;
    }
    .reveal {
      flex: none;
      display: grid;
      place-items: center;
      width: 3rem;
      border: 0;
      border-radius: var(--radius);
      color: var(--muted);
      background: none;
    }
    .reveal[aria-pressed='true'] {
      color: var(--accent);
    }

    /* Buttons */
    button {
      font: inherit;
      color: inherit;
      cursor: pointer;
      touch-action: manipulation;
      -webkit-tap-highlight-color: transparent;
    }
    .primary,
    .secondary,
    .danger {
      position: relative;
      display: flex;
      align-items: center;
      justify-content: center;
      gap: 0.625rem;
      width: 100%;
      min-height: var(--target);
      padding: 0.5rem 1rem;
      border: 1px solid transparent;
      border-radius: var(--radius);
      font-weight: 600;
    }
    .primary {
      color: var(--on-accent);
      background: var(--accent);
    }
    .primary:hover:not([aria-disabled]) {
      background: var(--accent-hover);
    }
    .secondary {
      border-color: color-mix(in srgb, var(--edge) 55%, var(--line));
      background: var(--surface);
    }
    .secondary:hover:not([aria-disabled]) {
      background: var(--sunken);
    }
    :is(.danger, .primary, .secondary) + .secondary,
    slot + .secondary {
      margin-block-start: 0.625rem;
    }
    .danger {
      margin-block-start: auto;
      border-color: color-mix(in srgb, var(--danger) 45%, var(--line));
      color: var(--danger);
      background: transparent;
    }
    .danger:hover:not([aria-disabled]) {
      background: var(--danger-soft);
    }
    :is(form, .stack) > .danger {
      border-color: transparent;
      color: var(--on-danger);
      background: var(--danger);
    }
    :is(form, .stack) > .danger:hover:not([aria-disabled]) {
      background: color-mix(in srgb, var(--danger) 88%, var(--text));
    }
    .primary[aria-disabled]:not([data-busy]) {
      color: var(--muted);
      background: var(--sunken);
    }
    .secondary[aria-disabled]:not([data-busy]),
    .danger[aria-disabled]:not([data-busy]) {
      border-color: var(--line);
      font-weight: 500;
      color: var(--muted);
    }
    [aria-disabled] {
      cursor: default;
    }
    [data-busy] {
      cursor: progress;
    }
    .link {
      display: inline-flex;
      align-items: center;
      gap: 0.375rem;
      min-height: 2.75rem;
      margin: -0.5rem;
      padding-inline: 0.5rem;
      border: 0;
      border-radius: 8px;
      font-weight: 550;
      white-space: nowrap;
      color: var(--accent);
      background: none;
    }
    .link:hover:not([aria-disabled]) {
      text-decoration: underline;
      text-underline-offset: 3px;
    }
    .link[aria-disabled] {
      color: var(--muted);
    }
    .spinner {
      display: none;
      width: 1.125rem;
      height: 1.125rem;
      border: 2px solid currentcolor;
      border-inline-end-color: transparent;
      border-radius: 50%;
      animation: turn 0.8s linear infinite;
    }
    [data-busy] > .spinner {
      display: block;
    }
    @keyframes turn {
      to {
        transform: rotate(1turn);
      }
    }
    .icon {
      flex: none;
      width: 1.25rem;
      height: 1.25rem;
      fill: none;
      stroke: currentcolor;
      stroke-width: 1.75;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
    /* On the upper edge of its button, so that the label has the whole width. */
    .tag {
      position: absolute;
      inset-block-start: -0.625rem;
      inset-inline-end: 0.75rem;
      padding-inline: 0.4375rem;
      border: 1px solid var(--line);
      border-radius: 99px;
      font-size: 0.75rem;
      font-weight: 500;
      color: var(--muted);
      background: var(--surface);
    }

    /* Signing in */
    .tabs {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: 4px;
      margin-block-start: 1.25rem;
      padding: 4px;
      border-radius: var(--radius);
      background: var(--sunken);
    }
    .tabs button {
      min-height: 2.75rem;
      padding: 0.25rem 0.5rem;
      border: 0;
      border-radius: calc(var(--radius) - 3px);
      font-size: 0.9375rem;
      font-weight: 550;
      line-height: 1.2;
      color: var(--muted);
      background: none;
    }
    .tabs [aria-selected='true'] {
      color: var(--text);
      background: var(--raised);
      box-shadow:
        0 0 0 1px var(--line),
        0 1px 2px rgb(16 20 40 / 8%);
    }
    [role='tabpanel'] form {
      margin-block-start: 0.75rem;
    }
    .divider {
      display: flex;
      align-items: center;
      gap: 0.75rem;
      margin-block: 1.125rem;
      font-size: 0.875rem;
      color: var(--muted);
    }
    .divider::before,
    .divider::after {
      content: '';
      flex: 1;
      height: 1px;
      background: var(--line);
    }
    .others > .link {
      display: flex;
      justify-content: center;
      gap: 0.5rem;
      width: 100%;
      margin: 0.625rem 0 0;
    }
    .others > .line,
    .consent > .line {
      min-height: 0;
      padding: 0;
    }
    .others > .line:has(.error:not(:empty)),
    .consent > .line:has(.error:not(:empty)) {
      padding-block-start: 0.375rem;
    }
    .terms,
    .consent {
      margin-block-start: 0.875rem;
      font-size: 0.875rem;
      color: var(--muted);
    }
    .check {
      display: flex;
      align-items: center;
      gap: 0.75rem;
      min-height: 2.75rem;
      cursor: pointer;
    }
    .check input {
      flex: none;
      width: 1.25rem;
      height: 1.25rem;
      margin: 0;
      accent-color: var(--accent);
    }
    /* It is as high as the space above a heading without it, so that all headings stand in one place. */
    .back {
      display: flex;
      margin-block: -1rem 0.5rem;
    }
    .screen:not(:has(> .back)) {
      padding-block-start: 1.25rem;
    }
    /* A message above the screen moves it anyway. */
    :is(.notice, .success):not(:empty) ~ .screen:not(:has(> .back)) {
      padding-block-start: 0;
    }
    :is(.notice, .success):not(:empty) ~ .screen > .back {
      margin-block-start: -0.5rem;
    }
    .back .link {
      gap: 0.25rem;
    }
    .back .icon:dir(rtl) {
      transform: scaleX(-1);
    }
    .working {
      display: grid;
      place-items: center;
      height: 6rem;
      color: var(--accent);
    }
    .working .spinner {
      display: block;
      width: 2rem;
      height: 2rem;
    }
    .popup-done {
      padding: 2rem 1.25rem;
      text-align: center;
    }
    .popup-done a {
      display: inline-grid;
      place-items: center;
      min-height: 2.75rem;
    }
    /* The hidden username field for password managers */
    .username {
      position: absolute;
      width: 1px;
      height: 1px;
      padding: 0;
      border: 0;
      opacity: 0;
      pointer-events: none;
    }

    /* The code */
    .sent {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      column-gap: 0.75rem;
    }
    .sent .link {
      margin-block: -0.375rem;
    }
    .code {
      position: relative;
      direction: ltr;
    }
    .cells {
      display: grid;
      grid-template-columns: repeat(6, minmax(0, 1fr));
      gap: 0.5rem;
    }
    .cell {
      display: grid;
      place-items: center;
      height: 3.5rem;
      border: 1px solid var(--edge);
      border-radius: var(--radius);
      font-size: 1.5rem;
      font-weight: 600;
      font-variant-numeric: tabular-nums;
      background: var(--surface);
    }
    /* The real field lies over the six cells, invisible. */
    .code input {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      padding: 0;
      border: 0;
      font: inherit;
      font-size: 1.0625rem;
      color: transparent;
      caret-color: transparent;
      background: transparent;
      letter-spacing: 1.5em;
      outline: none;
      forced-color-adjust: none;
    }
    .code input::selection {
      background: transparent;
    }
    .code:has(input:focus) .cell[data-next] {
      border-color: var(--accent);
      box-shadow: var(--ring);
    }
    .code[data-wrong] .cell {
      border-color: var(--danger);
    }
    .code:has(input:read-only) .cell {
      border-color: var(--line);
      color: var(--muted);
      background: var(--sunken);
    }

    /* The account */
    dl {
      margin-block-start: 1.25rem;
      border-block-start: 1px solid var(--line);
    }
    .row {
      display: grid;
      grid-template-columns: 7rem minmax(0, 1fr);
      gap: 0.75rem;
      min-height: 2.75rem;
      padding-block: 0.625rem;
      border-block-end: 1px solid var(--line);
      font-size: 0.9375rem;
    }
    dt {
      color: var(--muted);
    }
    dd {
      min-height: 1.5em;
      overflow-wrap: anywhere;
    }
    .row:first-child {
      display: block;
    }
    .row:first-child dd {
      font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
      font-size: 0.8125rem;
      letter-spacing: -0.02em;
    }
    [data-empty] {
      color: var(--muted);
    }
    dl + .line {
      min-height: 1.25rem;
    }
    .banner {
      margin-block-start: 1rem;
      padding: 1rem;
      border: 1px solid color-mix(in srgb, var(--accent) 30%, transparent);
      border-radius: var(--radius);
      background: var(--accent-soft);
    }
    .banner .primary {
      margin-block-start: 0.75rem;
    }
    .warning {
      margin-block-start: 1rem;
      padding: 0.75rem 0.875rem;
      border-inline-start: 3px solid var(--danger);
      border-start-end-radius: var(--radius);
      border-end-end-radius: var(--radius);
      background: var(--danger-soft);
    }
    .screen h2 {
      margin-block-start: 1.5rem;
      font-size: 1rem;
      letter-spacing: 0;
    }
    .parts {
      margin-block-start: 0.75rem;
      border-block-start: 1px solid var(--line);
    }
    .part {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      column-gap: 0.75rem;
      align-items: center;
      align-content: center;
      min-height: 3.75rem;
      padding-block: 0.5rem;
      border-block-end: 1px solid var(--line);
    }
    .what {
      font-weight: 550;
    }
    .part:not(:has(.value)) .what {
      grid-row: 1 / span 2;
    }
    .value {
      grid-row: 2;
      min-height: 1.4em;
      font-size: 0.9375rem;
      line-height: 1.4;
      overflow-wrap: anywhere;
      color: var(--muted);
    }
    .part .link {
      grid-row: 1 / span 2;
      grid-column: 2;
      margin-block: 0;
    }
    /* The height of the providers, so that nothing moves when they are listed. */
    [data-rows='1'] {
      min-height: 4.5rem;
    }
    [data-rows='2'] {
      min-height: 8.25rem;
    }
    [data-rows='3'] {
      min-height: 12rem;
    }
    [data-rows='4'] {
      min-height: 15.75rem;
    }

    /* The captcha */
    dialog {
      width: min(24rem, calc(100vw - 2rem));
      max-height: calc(100dvh - 2rem);
      margin: auto;
      padding: 1.5rem;
      border: 1px solid var(--line);
      border-radius: calc(var(--radius) * 1.5);
      font-family: inherit;
      color: var(--text);
      background: var(--surface);
      box-shadow: 0 24px 64px -16px rgb(10 12 24 / 45%);
      overflow: auto;
    }
    dialog::backdrop {
      background: rgb(12 14 22 / 55%);
    }
    dialog h2 {
      font-size: 1.375rem;
    }
    .picture {
      display: grid;
      place-items: center;
      /* The size of the longest picture, so that nothing moves when one is loaded. */
      aspect-ratio: 240 / 84;
      overflow: hidden;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: #fafaf6;
    }
    .picture > * {
      grid-area: 1 / 1;
    }
    .picture img {
      height: 72%;
    }
    .picture p {
      color: #596070;
    }
    .picture[data-busy] img {
      opacity: 0.35;
    }
    .frame {
      height: min(22rem, 60dvh);
      margin-block: 1rem;
    }
    .frame iframe {
      width: 100%;
      height: 100%;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: #ffffff;
    }
    .pair {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: 0.625rem;
    }
    .pair .secondary + .primary {
      margin-block-start: 0;
    }
    #captcha {
      letter-spacing: 0.15em;
    }

    @media (min-width: 30rem) {
      .card {
        padding: 2rem 2.25rem;
      }
    }
    @media (max-width: 23rem) {
      .line {
        /* Three lines on a narrow screen. */
        min-height: 4.625rem;
      }
      .cells {
        gap: 0.375rem;
      }
      .row {
        grid-template-columns: auto minmax(0, 1fr);
      }
      .row:not(:first-child) dd {
        text-align: end;
      }
      .secondary {
        padding-inline: 0.625rem;
      }
    }
    @media (prefers-reduced-motion: no-preference) {
      .screen {
        animation: rise 0.22s cubic-bezier(0.2, 0.7, 0.3, 1);
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(6px);
        }
      }
      button,
      .field,
      .cell {
        transition:
          background-color 0.12s,
          border-color 0.12s,
          box-shadow 0.12s;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .spinner {
        border-style: dotted;
        border-inline-end-color: currentcolor;
        animation-duration: 6s;
      }
    }
    @media (forced-colors: active) {
      .tabs [aria-selected='true'] {
        outline: 2px solid;
      }
      .field:focus-within,
      .code:has(input:focus) .cell[data-next] {
        outline: 2px solid;
      }
    }
  `,
]
