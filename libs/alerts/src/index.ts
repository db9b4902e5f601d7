export type { Alert, Labels, Notification, Reason } from './alert.js';
