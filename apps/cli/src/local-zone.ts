const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d(?:T[\d:.]+)?$/;

/** A written time without a zone is one of the person's own clock, as docker takes it; the API would read it as UTC. */
export function withLocalZone(time: string | undefined): string | undefined {
  if (time === undefined || !WITHOUT_ZONE.test(time)) return time;
  const [day = '', clock = '00'] = time.split('T');
  const [hour = '00', minute = '00', second = '00'] = clock.split(':');
  const offset = -new Date(`${day}T${hour}:${minute}:${second.slice(0, 2)}`).getTimezoneOffset();
  if (Number.isNaN(offset)) return time;
  const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${time}${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}
