# What the students' bundle has no files for.
# make test   make env, then run all tests            (SOURCE=full|sample BROWSER=no)
# make site   make env, then build the web edition in build/site/html
# make bench  make env, then measure speed and memory           (QUICK=yes ROWS="...")
# make lock   pin the newest versions that pyproject.toml allows (needs uv)

.PHONY: test site bench lock

test: env
	$(COURSE) test $(if $(SOURCE),--source $(SOURCE)) $(if $(filter no,$(BROWSER)),--no-browser)

site: env
	$(COURSE) site

bench: env
	$(BIN)/python -m benchmarks $(if $(filter yes,$(QUICK)),--quick) $(ROWS)

lock:
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
	    --upgrade pyproject.toml --output-file requirements.lock
