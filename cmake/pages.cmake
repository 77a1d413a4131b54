# Dashboard and console: web/ bundled by esbuild, compressed, and made part of a room's library. No node is needed.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(smew_pages room)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/*" "${CMAKE_SOURCE_DIR}/web/*/*.ts")
  set(out "${CMAKE_BINARY_DIR}/web")
  set(bundled "${out}/dashboard.js" "${out}/console.js" "${out}/pages.css")
  add_custom_command(OUTPUT ${bundled}
    COMMAND ${CMAKE_COMMAND} -E env "NODE_PATH=${WEB_DIR}/node_modules"
      "${WEB_DIR}/node_modules/@esbuild/linux-x64/bin/esbuild"
      "${CMAKE_SOURCE_DIR}/web/dashboard.ts" "${CMAKE_SOURCE_DIR}/web/console.ts" "${CMAKE_SOURCE_DIR}/web/pages.css"
      --bundle --minify --format=esm --target=es2022 --log-level=warning --legal-comments=none "--outdir=${out}"
    DEPENDS ${sources} "${CMAKE_SOURCE_DIR}/deps.lock"
    COMMENT "Bundling the pages" VERBATIM)
  set(embedded "${out}/page_assets.cpp")
  add_custom_command(OUTPUT "${embedded}"
    COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/scripts/embed-pages" "${embedded}"
      ${bundled} "${CMAKE_SOURCE_DIR}/web/dashboard.html" "${CMAKE_SOURCE_DIR}/web/console.html" "${CMAKE_SOURCE_DIR}/web/icon.svg"
    DEPENDS ${bundled} ${sources} "${CMAKE_SOURCE_DIR}/scripts/embed-pages"
    COMMENT "Embedding the pages" VERBATIM)
  target_sources(smew_${room} PRIVATE "${embedded}")
endfunction()
