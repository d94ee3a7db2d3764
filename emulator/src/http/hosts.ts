/** `*.servicebus.windows.net` stands for one label more, as in a certificate. */
export const answersFor = (name: string, host: string): boolean =>
  name.startsWith('*.') ? host.slice(host.indexOf('.')) === name.slice(1) : name === host
