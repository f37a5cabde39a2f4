// Loaded before Beckon by `node --import`: a machine whose clock is wrong, and steps when it is told to (SIGUSR2).
const steps = (process.env.CHAOS_CLOCK ?? '0').split(',').map(Number);
const real = Date.now;
let at = 0;
Date.now = () => real() + steps[at % steps.length];
process.on('SIGUSR2', () => void at++);
