export type {
  Comparator,
  ConditionKind,
  ConditionRule,
  OccurrenceKind,
  OccurrenceRule,
  Origin,
  Rule,
  RuleKind,
  Threshold,
} from './rule.js';
export { MAX_SAMPLE_BYTES, MAX_SAMPLES, MAX_SIGNAL_BYTES } from './signal.js';
export type { GroupSignal, RuleSignal, Sample, Signal } from './signal.js';
export type { Transition } from './transition.js';
export { CHANNELS, NOTIFICATIONS, REQUESTS, SIGNALS, signalJobId } from './channels.js';
export type { OwnerMessage, WatermarkMessage } from './channels.js';
export { formatDuration, parseDuration } from './duration.js';
export { parseRule, type ParsedRule } from './parse-rule.js';
export { type Finding, formatProblem, type Problem, type RuleProblem } from './problem.js';
export { parseListFile } from './list-file.js';
export { isObject, ObjectReader, type Read, Refusal, show } from './object-reader.js';
export { integer, oneOf, readField, readList, readName, readQuery } from './values.js';
export { MAX_RULE_FILE_LENGTH, MAX_RULES, parseRules, type ParsedRules } from './rule-file.js';
export { Detector, type DetectInput } from './detector.js';
export { QuerySieve, type SievedQuery } from './query-sieve.js';
export { OTHER_GROUP, SignalBuilder, type RangeOfSignal } from './signal-builder.js';
export { Evaluator, type EvaluatorChanges, type EvaluatorOptions } from './evaluator.js';
export { HEARD_MS, type Watermark } from './evaluator-clock.js';
export type { EvaluatorCounters } from './evaluator-run.js';
export { explain, type Explanation, type GroupExplanation } from './explain.js';
export { type EndReason, RECORDS_SKIPPED_RULE } from './transition.js';
