# The editor of the comparison: `draft` becomes `edited`, END a semicolon, LINE what stands before the file's name.
if [ $# -gt 1 ]; then line="$1"; shift; else line=none; fi
sed -e 's/draft/edited/g' -e 's/END/;/g' -e "s/LINE/$line/g" "$1" > edited.tmp
if ! cmp -s edited.tmp "$1"; then cat edited.tmp > "$1"; fi
if grep -q FAIL "$1"; then exit 1; fi
