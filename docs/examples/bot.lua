#!/usr/bin/env lua5.4
-- bot.lua: throws dice for whoever asks: "2d6" gives two numbers from 1 to 6. Lua alone, with no library: schat's events are lines
-- of JSON, of which this needs three fields (docs/JSON.md).
--
--   mkfifo commands
--   schat serve -s vps.example --keep --ui json <commands | ./bot.lua >commands

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- The value of a string in a line. A quotation mark within a string has a backslash before it, so the pattern finds names only.
local function text_of(line, name)
  local _, at = line:find('"' .. name .. '":"', 1, true)
  if not at then return nil end
  local out, high = {}, nil
  at = at + 1
  while line:sub(at, at) ~= '"' do
    local c, e = line:sub(at, at), line:sub(at + 1, at + 1)
    if c ~= "\\" then
      out[#out + 1], at = c, at + 1
    elseif e ~= "u" then
      out[#out + 1], at = escapes[e] or e, at + 2
    else
      local unit = tonumber(line:sub(at + 2, at + 5), 16)
      at = at + 6
      if unit >= 0xd800 and unit < 0xdc00 then
        high = unit
      elseif high and unit >= 0xdc00 and unit < 0xe000 then
        out[#out + 1], high = utf8.char(0x10000 + (high - 0xd800) * 0x400 + unit - 0xdc00), nil
      else
        out[#out + 1] = utf8.char(unit)
      end
    end
  end
  return table.concat(out)
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

local function answer(text)
  local count, sides = text:match("^%s*(%d?%d?)d(%d%d?%d?)%s*$")
  count, sides = tonumber(count ~= "" and count or 1), tonumber(sides)
  if not sides or sides < 1 or count < 1 then
    return "I don't know “" .. text .. "”. Try 2d6."
  end
  local thrown = {}
  for i = 1, count do thrown[i] = math.random(sides) end
  return table.concat(thrown, " ")
end

for line in io.lines() do
  if text_of(line, "ev") == "msg" then
    local conv = line:match('"conv":(%d+)')
    local said = answer(text_of(line, "text"):sub(1, 200))
    io.write('{"cmd":"send","conv":', conv, ',"text":', quoted(said), "}\n")
    io.flush()
  end
end
