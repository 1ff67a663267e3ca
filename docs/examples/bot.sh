#!/bin/sh
# bot.sh OPTIONS: tells contacts how this host is. The options are those of schat serve; it needs jq.
#
#     ./bot.sh -s vps.example --allow alice
#
# What a peer says is compared with words, and never becomes a part of a command.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
mkfifo "$dir/commands"

# Prints a command: what to say in a conversation.
say() {
	jq -cn --argjson conv "$1" --arg text "$2" '{cmd: "send", conv: $conv, text: $text}'
}

# Each message becomes a line: the conversation, a blank, and the text, in which newlines and backslashes are escaped. Of a long
# text that comes in parts, only the last is looked at.
messages() {
	jq --unbuffered -r 'select(.ev == "msg" and (.more | not)) | "\(.conv) \([.text] | @tsv)"'
}

schat serve --keep --ui json "$@" <"$dir/commands" | messages | while read -r conv text; do
	case $text in
	load) say "$conv" "$(cut -d ' ' -f 1-3 /proc/loadavg)" ;;
	disk) say "$conv" "$(df -h / | tail -n 1)" ;;
	kernel) say "$conv" "$(uname -sr)" ;;
	*) say "$conv" 'I know: load, disk, kernel' ;;
	esac
done >"$dir/commands"
