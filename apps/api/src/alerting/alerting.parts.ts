import { AlertBoard } from './alert-board.js';
import { AlertingAccess } from './alerting-access.js';
import { AlertmanagerController } from './alertmanager.controller.js';
import { AlertmanagerDesk } from './alertmanager-desk.js';
import { AlertsController } from './alerts.controller.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsService } from './notifications.service.js';
import { ReceiversController } from './receivers.controller.js';
import { ReceiversService } from './receivers.service.js';
import { RulePreview } from './rule-preview.js';
import { RulesController } from './rules.controller.js';
import { RulesService } from './rules.service.js';
import { SilenceDesk } from './silence-desk.js';
import { SilencesController } from './silences.controller.js';

export const ALERTING_CONTROLLERS = [
  RulesController,
  AlertsController,
  SilencesController,
  ReceiversController,
  NotificationsController,
  AlertmanagerController,
];

export const ALERTING_PROVIDERS = [
  AlertingAccess,
  RulesService,
  RulePreview,
  AlertBoard,
  SilenceDesk,
  AlertmanagerDesk,
  ReceiversService,
  NotificationsService,
];
