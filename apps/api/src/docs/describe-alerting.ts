import { AlertmanagerController } from '../alerting/alertmanager.controller.js';
import { AlertsController } from '../alerting/alerts.controller.js';
import { NotificationsController } from '../alerting/notifications.controller.js';
import { ReceiversController } from '../alerting/receivers.controller.js';
import { RulesController } from '../alerting/rules.controller.js';
import { SilencesController } from '../alerting/silences.controller.js';
import { alertingAnswers as answers } from './alerting-answers.js';
import { route } from './route.js';

const CREATED = 201;
const ACCEPTED = 202;

/** What each route of alerting is for and answers. */
export function describeAlerting(): void {
  describeRules();
  describeAlerts();
  describeReceivers();
  describeAlertmanager();
}

function describeRules(): void {
  const on = route(RulesController.prototype, 'rules');
  on('list', 'All rules, those of files and those made here', answers.rules);
  on('create', 'Make a rule', answers.rule, CREATED);
  on('preview', 'What a rule would have told, by the stored records', answers.preview);
  on('get', 'One rule', answers.rule);
  on('replace', 'Make or change a rule (409 for one of a file)', answers.rule);
  on('remove', 'Remove a rule (409 for one of a file)');
  on('explain', 'Why a rule fires, or does not', answers.explanation);
}

function describeAlerts(): void {
  const alerts = route(AlertsController.prototype, 'alerts');
  alerts('list', 'Alerts now', answers.alerts);
  alerts('history', 'Alerts that ended, newest first', answers.pastAlerts);
  alerts('acknowledge', 'Somebody looks after it: silent until it ends', answers.accepted, ACCEPTED);
  alerts('unacknowledge', 'Nobody does any more', answers.accepted, ACCEPTED);
  const silences = route(SilencesController.prototype, 'silences');
  silences('list', 'All silences, active ones first', answers.silences);
  silences('create', 'Make a silence, or change the one with the body’s id', answers.silence, CREATED);
  silences('get', 'One silence', answers.silence);
  silences('remove', 'End a silence now; it stays in the list for five days');
}

function describeReceivers(): void {
  const on = route(ReceiversController.prototype, 'receivers');
  on('list', 'All receivers, without their secrets', answers.receivers);
  on('get', 'One receiver', answers.receiver);
  on('replace', 'Make or change a receiver (409 for one of the file)', answers.receiver);
  on('remove', 'Remove a receiver (409 for one of the file)');
  on('test', 'Send it a notice that says it is a test (502 with the reason when that fails)', answers.test);
  route(NotificationsController.prototype, 'notifications')(
    'list',
    'What waits to be delivered, and what became of the rest',
    answers.notifications,
  );
}

function describeAlertmanager(): void {
  const on = route(AlertmanagerController.prototype, 'Alertmanager API v2');
  on('status', 'Version and routes', answers.apiStatus);
  on('receivers', 'Names of receivers', answers.apiReceivers);
  on('alerts', 'Alerts now', answers.apiAlerts);
  on('postAlerts', 'Take alerts from outside, as Prometheus sends them');
  on('groups', 'Alerts now, by group', answers.apiGroups);
  on('listSilences', 'All silences', answers.apiSilences);
  on('postSilence', 'Make or change a silence', answers.silenceId);
  on('getSilence', 'One silence', answers.silence);
  on('deleteSilence', 'End a silence now');
}
