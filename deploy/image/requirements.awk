# A part of a hash lock, hashes and all:
#   awk -f requirements.awk -v leave=a,b lock    everything but a and b
#   awk -f requirements.awk -v only=a,b lock     nothing but a and b; ends with 1 where one is missing
BEGIN {
    count = split(only, names, ",")
    for (i = 1; i <= count; i++) { wanted[names[i]] = 1 }
    outside = split(leave, others, ",")
    for (i = 1; i <= outside; i++) { unwanted[others[i]] = 1 }
}
/^[A-Za-z0-9]/ {
    name = $1
    sub(/(==|\[|;).*/, "", name)
    keep = count ? (name in wanted) : !(name in unwanted)
    if (keep) { found[name] = 1 }
}
/^#/ { next }
keep { print }
END {
    for (name in wanted) {
        if (!(name in found)) { print "not in the lock: " name > "/dev/stderr"; missing = 1 }
    }
    exit missing
}
