/**
 * What Redis runs whole: each script is atomic. All of them (and nothing else) change these keys, `<prefix>` before each:
 *
 *     marker                 hash: `incarnation` (a random word: another one means that Redis was emptied since),
 *                            `base` (new documents begin above this version), `tracked` (1: there is a copy),
 *                            `listed` (1: all that the copy lacks is in `changed`), `changes` (a counter), `round` (of the copier)
 *     documents:<collection> hash: id → `<version>\n<JSON>`; `#removed` → highest version of a removed document
 *     checkpoint:<name>      hash: key → text; `#fence` → fencing number, `#appends` → number of the last append
 *     changed                sorted set of `<hash>/<field>` by the number of their last change: what the copy lacks
 *     unborn                 those of them that the copy never had: a removal makes them vanish from `changed`
 *     copied                 hash: name of a checkpoint → number of its last append in the copy
 *     copier                 who copies now, for some seconds
 *
 * A script answers with an array whose first item says what happened; `emptied` when there is no marker.
 * Names of keys are built from KEYS[1], the prefix: a Redis Cluster is not supported.
 */

const HEAD = `
local prefix = KEYS[1]
local marker = prefix .. 'marker'
local incarnation = redis.call('HGET', marker, 'incarnation')
if not incarnation then return {'emptied'} end
local tracked = redis.call('HGET', marker, 'tracked') == '1'

local function touch(hash, field, existed)
  if not tracked then return end
  local member = hash .. '/' .. field
  if not existed and not redis.call('ZSCORE', prefix .. 'changed', member) then redis.call('SADD', prefix .. 'unborn', member) end
  redis.call('ZADD', prefix .. 'changed', redis.call('HINCRBY', marker, 'changes', 1), member)
end

local function set(hash, field, text)
  local created = redis.call('HSET', prefix .. hash, field, text)
  touch(hash, field, created == 0)
end

local function remove(hash, field)
  if redis.call('HDEL', prefix .. hash, field) == 0 or not tracked then return end
  local member = hash .. '/' .. field
  if redis.call('SREM', prefix .. 'unborn', member) == 1 then redis.call('ZREM', prefix .. 'changed', member)
  else touch(hash, field, true) end
end
`;

/** Makes Redis ours, unless it is already: incarnation, base, 1 with a copy, round. */
export const MARK = `
local marker = KEYS[1] .. 'marker'
if redis.call('HSETNX', marker, 'incarnation', ARGV[1]) == 0 then return {'known'} end
redis.call('HSET', marker, 'base', ARGV[2], 'tracked', ARGV[3], 'listed', ARGV[3], 'round', ARGV[4])
return {'marked'}`;

/** Nothing but whether it is ours and answers. */
export const PING = `${HEAD}
return {'ok'}`;

export const GET = `${HEAD}
return {'ok', redis.call('HGET', prefix .. ARGV[1], ARGV[2])}`;

export const LIST = `${HEAD}
return {'ok', redis.call('HGETALL', prefix .. ARGV[1])}`;

const VERSION = `
local hash, id, expected = ARGV[1], ARGV[2], tonumber(ARGV[3])
local found = redis.call('HGET', prefix .. hash, id)
local version = found and tonumber(string.match(found, '^%d+')) or 0
if expected >= 0 and expected ~= version then return {'conflict', version} end
`;

/** hash, id, expected version or -1, JSON, most documents. */
export const PUT = `${HEAD}${VERSION}
if version == 0 then
  if redis.call('HLEN', prefix .. hash) > tonumber(ARGV[5]) then return {'full'} end
  local removed = tonumber(redis.call('HGET', prefix .. hash, '#removed') or '0')
  version = math.max(removed, tonumber(redis.call('HGET', marker, 'base') or '0'))
end
local text = string.format('%.0f', version + 1)
set(hash, id, text .. '\\n' .. ARGV[4])
return {'ok', tonumber(text)}`;

/** hash, id, expected version or -1. */
export const REMOVE = `${HEAD}${VERSION}
if version == 0 then return {'ok', 0} end
local removed = tonumber(redis.call('HGET', prefix .. hash, '#removed') or '0')
if version > removed then set(hash, '#removed', string.format('%.0f', version)) end
remove(hash, id)
return {'ok', 1}`;

/** hash, fence, incarnation as of the claim or '', 1 for a claim and 0 for an append; then key, '+' or '-', text. */
export const APPEND = `${HEAD}
local hash, fence = ARGV[1], tonumber(ARGV[2])
local claimed = tonumber(redis.call('HGET', prefix .. hash, '#fence') or '0')
if fence < claimed then return {'fenced', claimed} end
if ARGV[3] ~= '' and ARGV[3] ~= incarnation then return {'lost', claimed} end
if fence > claimed then set(hash, '#fence', ARGV[2]) end
if ARGV[4] == '1' then return {'ok', 0, incarnation} end
for at = 5, #ARGV, 3 do
  if ARGV[at + 1] == '+' then set(hash, ARGV[at], ARGV[at + 2]) else remove(hash, ARGV[at]) end
end
local number = redis.call('HINCRBY', prefix .. hash, '#appends', 1)
touch(hash, '#appends', number > 1)
return {'ok', number, incarnation}`;

/** hash, then keys. */
export const DELETE = `${HEAD}
for at = 2, #ARGV do remove(ARGV[1], ARGV[at]) end
return {'ok'}`;

/** hash, name: fence, last append, last copied append (those of a server without a copy are as safe as they get). */
export const NUMBERS = `${HEAD}
local function number(hash, field) return tonumber(redis.call('HGET', prefix .. hash, field) or '0') end
local appends = number(ARGV[1], '#appends')
return {'ok', number(ARGV[1], '#fence'), tracked and number('copied', ARGV[2]) or appends}`;

/** hash, cursor, count: like HSCAN; no pattern, as a prefix may have any characters. */
export const SCAN = `${HEAD}
local found = redis.call('HSCAN', prefix .. ARGV[1], ARGV[2], 'COUNT', ARGV[3])
return {'ok', found[1], found[2], incarnation}`;

/** A copy is kept from now on, and lacks these: hash, field … */
export const TRACK = `${HEAD}
redis.call('HSET', marker, 'tracked', 1)
tracked = true
for at = 1, #ARGV, 2 do touch(ARGV[at], ARGV[at + 1], true) end
return {'ok'}`;

/** Everything that the copy lacks was named to TRACK. */
export const LISTED = `${HEAD}
redis.call('HSET', marker, 'listed', 1)
return {'ok'}`;

/** Begins a round: token and milliseconds of the lock. */
export const BEGIN = `${HEAD}
if not redis.call('SET', prefix .. 'copier', ARGV[1], 'NX', 'PX', ARGV[2]) and redis.call('GET', prefix .. 'copier') ~= ARGV[1] then return {'busy'} end
redis.call('PEXPIRE', prefix .. 'copier', ARGV[2])
if redis.call('HGET', marker, 'listed') ~= '1' then return {'unlisted'} end
if redis.call('ZCARD', prefix .. 'changed') == 0 then return {'idle'} end
return {'ok', redis.call('HINCRBY', marker, 'round', 1), incarnation}`;

/** Holds the lock for longer: token, milliseconds. */
export const HOLD = `${HEAD}
if redis.call('GET', prefix .. 'copier') ~= ARGV[1] then return {'lost'} end
redis.call('PEXPIRE', prefix .. 'copier', ARGV[2])
return {'ok'}`;

/** What changed behind a number: token, ms of the lock, incarnation, number, most entries, most bytes. Gives the last number, whether more follows, and member, text or false. */
export const TAKE = `${HEAD}
if incarnation ~= ARGV[3] or redis.call('GET', prefix .. 'copier') ~= ARGV[1] then return {'lost'} end
redis.call('PEXPIRE', prefix .. 'copier', ARGV[2])
local members = redis.call('ZRANGEBYSCORE', prefix .. 'changed', '(' .. ARGV[4], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[5])
local out, bytes, last = {}, 0, ARGV[4]
for at = 1, #members, 2 do
  local member = members[at]
  local slash = string.find(member, '/', 1, true)
  local text = redis.call('HGET', prefix .. string.sub(member, 1, slash - 1), string.sub(member, slash + 1))
  redis.call('SREM', prefix .. 'unborn', member)
  out[#out + 1] = member
  out[#out + 1] = text
  last = members[at + 1]
  bytes = bytes + #member + (text and #text or 0)
  if bytes >= tonumber(ARGV[6]) then break end
end
local newest = redis.call('ZREVRANGE', prefix .. 'changed', 0, 0, 'WITHSCORES')[2] or last
return {'ok', last, newest == last and 0 or 1, out}`;

/** Ends a round: token, incarnation, number up to which all is copied; then name of a checkpoint, its number. */
export const FINISH = `${HEAD}
if incarnation ~= ARGV[2] or redis.call('GET', prefix .. 'copier') ~= ARGV[1] then return {'lost'} end
redis.call('ZREMRANGEBYSCORE', prefix .. 'changed', '-inf', ARGV[3])
for at = 4, #ARGV, 2 do redis.call('HSET', prefix .. 'copied', ARGV[at], ARGV[at + 1]) end
return {'ok'}`;

/** Frees the lock when it is still ours. */
export const RELEASE = `
if redis.call('GET', KEYS[1] .. 'copier') == ARGV[1] then redis.call('DEL', KEYS[1] .. 'copier') end
return {'ok'}`;

/** Fills an emptied server, as long as there is no marker: hash, field, '-' (not there), '+' or '*' (the copy lacks it as it is here), text … */
export const FILL = `
local prefix = KEYS[1]
if redis.call('HEXISTS', prefix .. 'marker', 'incarnation') == 1 then return {'known'} end
for at = 1, #ARGV, 4 do
  local hash, field, text = ARGV[at], ARGV[at + 1], ARGV[at + 3]
  if ARGV[at + 2] == '-' then redis.call('HDEL', prefix .. hash, field)
  else redis.call('HSET', prefix .. hash, field, text) end
  if ARGV[at + 2] == '*' then redis.call('ZADD', prefix .. 'changed', redis.call('HINCRBY', prefix .. 'marker', 'changes', 1), hash .. '/' .. field) end
end
return {'ok'}`;
