/* SPDX-License-Identifier: ISC */
#include "sshd/config/loader.h"

/* False: memory is out; the line itself has been checked. */
bool
loader_keep_listen(struct loader *l, const struct section *section,
    const char *const *words, size_t word_count)
{
	struct pending_listen *pending = arena_alloc(l->arena,
	    sizeof(*pending));
	const char *reason;

	if (pending == NULL ||
	    !listen_spec_parse(words, word_count, &pending->spec, &reason))
		return false;
	if (pending->spec.rdomain != NULL &&
	    (pending->spec.rdomain = arena_str(l->arena,
	    bytes_str(pending->spec.rdomain))) == NULL)
		return false;
	pending->place = section->place;
	*l->listens_end = pending;
	l->listens_end = &pending->next;
	return true;
}

struct section
loader_section_at(const struct loader *l, struct place place)
{
	return (struct section){
		.file = l->file_names[place.file], .place = place,
	};
}

static bool
add_listens(struct loader *l, const struct pending_listen *pending,
    const struct conf *conf, const char **reason)
{
	const struct listen_spec everywhere = { .port = 0 };
	struct conf_listens found = { 0 };

	if (!listen_resolve(l->line_arena,
	    pending == NULL ? &everywhere : &pending->spec, conf, &found,
	    reason))
		return false;
	for (size_t i = 0; i < found.count; i++) {
		const struct conf_listen *listen = &found.v[i];

		tape_add_string(&l->out.listens,
		    bytes_of(&listen->address, listen->address_len));
		tape_add_string(&l->out.listens, bytes_str(listen->rdomain));
		tape_add_u32(&l->out.listens,
		    pending == NULL ? 0 : pending->place.file);
		tape_add_u32(&l->out.listens,
		    pending == NULL ? 0 : pending->place.line);
	}
	return true;
}

/* Without a ListenAddress: everywhere. */
void
loader_resolve_listens(struct loader *l, const struct conf *conf)
{
	struct section section = { .file = l->file_names[0] };
	const char *reason = "";

	if (l->listens == NULL && !add_listens(l, NULL, conf, &reason))
		loader_bad(l, &section, "ListenAddress: %s", reason);
	for (struct pending_listen *p = l->listens; p != NULL; p = p->next) {
		arena_reset(l->line_arena);
		if (add_listens(l, p, conf, &reason))
			continue;
		section = loader_section_at(l, p->place);
		loader_bad(l, &section, "ListenAddress: bad addr or host: %s "
		    "(%s)", p->spec.host, reason);
	}
}
