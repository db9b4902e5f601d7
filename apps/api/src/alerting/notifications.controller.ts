import { Controller, Get, Query } from '@nestjs/common';
import { NotificationParameters } from './alerts.parameters.js';
import { type NotificationsAnswer, NotificationsService } from './notifications.service.js';
import { Needs } from '../security/needs.js';

@Controller('api/v1/notifications')
@Needs('read')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Get()
  list(@Query({ schema: NotificationParameters }) parameters: NotificationParameters): Promise<NotificationsAnswer> {
    return this.notifications.list(parameters);
  }
}
