import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  ALERT_SETTINGS_INVALID: { status: 422, mend: 'Mend what is named and send the settings again; nothing was saved' },
});
