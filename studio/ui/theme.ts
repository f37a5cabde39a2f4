import {
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
  createTheme,
  defaultVariantColorsResolver,
} from '@mantine/core';

const token = (name: string) => `var(--${name})`;

/** Mantine wants ten shades; ours is one colour that changes with the scheme, so all ten are the token. */
function shades(name: string): MantineColorsTuple {
  const colour = token(name);
  return [colour, colour, colour, colour, colour, colour, colour, colour, colour, colour];
}

/** Mantine's two greys in our tokens: text, quiet text, borders, grounds. */
const [ink, quiet, line, raised, paper, sunken] = [
  token('ink'),
  token('quiet'),
  token('line'),
  token('raised'),
  token('paper'),
  token('sunken'),
];
const dark: MantineColorsTuple = [ink, quiet, quiet, quiet, line, line, raised, paper, sunken, sunken];
const gray: MantineColorsTuple = [sunken, sunken, line, line, line, quiet, quiet, quiet, ink, ink];

/** Text on a filled colour must keep its contrast in both schemes: white on the dark ones, ink on the light ones. */
const onFilled: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input);
  if (input.variant !== 'filled') return colours;
  const { color = 'signal' } = input;
  if (color === 'signal') return { ...colours, color: 'var(--on-signal)', hover: 'var(--signal-strong)' };
  return color === 'harm' ? { ...colours, color: 'var(--on-harm)' } : colours;
};

export const theme = createTheme({
  colors: {
    dark,
    gray,
    signal: shades('signal'),
    control: shades('control'),
    good: shades('good'),
    harm: shades('harm'),
    wait: shades('wait'),
  },
  primaryColor: 'signal',
  variantColorResolver: onFilled,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '28px' }, h2: { fontSize: '20px' }, h3: { fontSize: '14px' } },
  },
  defaultRadius: '8px',
  radius: { sm: '6px', md: '8px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false, transitionProps: { duration: 100 } } },
    Modal: { defaultProps: { transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.35 } } },
    Menu: { defaultProps: { transitionProps: { duration: 100 } } },
  },
});

const variables = {
  '--mantine-color-body': 'var(--paper)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-bright': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--quiet)',
  '--mantine-color-placeholder': 'var(--quiet)',
  '--mantine-color-anchor': 'var(--signal)',
  '--mantine-color-error': 'var(--harm)',
  '--mantine-color-default': 'var(--raised)',
  '--mantine-color-default-hover': 'var(--sunken)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-signal-filled': 'var(--signal)',
  '--mantine-color-signal-filled-hover': 'var(--signal-strong)',
};

export const resolveTokens: CSSVariablesResolver = () => ({ variables, light: variables, dark: variables });
