import { Failure } from '../api/client.js';
import { requireKey } from '../api/key.js';
import { messages } from '../messages/messages.js';

const { rules: texts, page } = messages;

/** What the API said no to, and what to do. */
export function Refused({ error }: { error: Error }) {
  const status = error instanceof Failure ? error.status : undefined;
  const mayNot = status === 401 || status === 403;
  return (
    <p className="warning" role="alert">
      {mayNot ? texts.needsManage : status === 0 ? page.unreachable : whatToDo(error)}{' '}
      {mayNot && (
        <button type="button" onClick={requireKey}>
          {texts.otherKey}
        </button>
      )}
    </p>
  );
}

function whatToDo(error: Error): string {
  if (!(error instanceof Failure)) return error.message;
  if (error.code === 'version_conflict') return texts.changedMeanwhile;
  return error.hint === undefined ? error.message : `${error.message} – ${error.hint}`;
}
