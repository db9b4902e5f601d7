export { setAnswerHeaders } from './answer-headers.js';
export { errorBody, sendJson, sendRefusal } from './answers.js';
export { listen, type ListenAddress, urlHost } from './listen.js';
export { type OperationsOptions, startOperations } from './operations-server.js';
export { fromForeignPage } from './page-guard.js';
export { type Answer, RequestError, type Route, type RouteRequest } from './route.js';
export { createLimitedServer, type LimitedServer, type ServerLimits } from './server-limits.js';
export { TlsFiles, type TlsFilesOptions, type TlsSettings } from './tls-files.js';
export { answerCors, webRefusal, type WebGuardSettings } from './web-guard.js';
