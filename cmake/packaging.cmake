# What `cmake --install` puts where, and the .deb (`make deb`). The component `program` is all of it; the Python package is `python`.
include(GNUInstallDirs)

# The date in package files: SOURCE_DATE_EPOCH (tools/make_release.sh sets it), else that of the last commit, else today.
set(EYELID_EPOCH "$ENV{SOURCE_DATE_EPOCH}")
if(NOT EYELID_EPOCH)
  execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} log -1 --format=%ct
    OUTPUT_VARIABLE EYELID_EPOCH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(EYELID_EPOCH)
  set(ENV{SOURCE_DATE_EPOCH} ${EYELID_EPOCH})
endif()
string(TIMESTAMP EYELID_DATE "%Y-%m-%d" UTC)
string(TIMESTAMP EYELID_DATE_RFC "%a, %d %b %Y %H:%M:%S +0000" UTC)

# Manual pages and completions, from the definitions of the commands.
set(reference ${PROJECT_BINARY_DIR}/reference)
find_program(EYELID_GZIP gzip REQUIRED)
add_custom_command(OUTPUT ${reference}/made
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${reference}
  COMMAND eyelid manual --out ${reference}/man1
  COMMAND sh -c "${EYELID_GZIP} -9n '${reference}'/man1/*"
  COMMAND eyelid completion bash > ${reference}/eyelid
  COMMAND eyelid completion zsh > ${reference}/_eyelid
  COMMAND eyelid completion fish > ${reference}/eyelid.fish
  COMMAND ${CMAKE_COMMAND} -E touch ${reference}/made
  DEPENDS eyelid VERBATIM)
# Not by `all` where the program of another processor would have to run.
set(all ALL)
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  set(all "")
endif()
add_custom_target(eyelid_reference ${all} DEPENDS ${reference}/made)

set(package ${PROJECT_BINARY_DIR}/packaging)
configure_file(${PROJECT_SOURCE_DIR}/packaging/desktop/localhost.eyelid.eyelid.metainfo.xml.in ${package}/localhost.eyelid.eyelid.metainfo.xml @ONLY)
configure_file(${PROJECT_SOURCE_DIR}/packaging/debian/changelog.in ${package}/changelog @ONLY)
foreach(file changelog ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
  cmake_path(GET file FILENAME name)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${package})
  set(target ${package}/${name}.gz)
  execute_process(COMMAND ${EYELID_GZIP} -9nc ${file} OUTPUT_FILE ${target} COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endforeach()

# zsh of Debian looks for packages elsewhere than its own `make install`.
set(zsh_folder share/zsh/site-functions)
if(EXISTS /etc/debian_version)
  set(zsh_folder share/zsh/vendor-completions)
endif()
set(EYELID_ZSH_COMPLETIONS ${zsh_folder} CACHE STRING "Folder for zsh's completion, in $fpath of the zsh there")

set(into COMPONENT program DESTINATION)
install(TARGETS eyelid RUNTIME ${into} ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${reference}/man1 ${into} ${CMAKE_INSTALL_MANDIR})
install(FILES ${reference}/eyelid ${into} ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${reference}/_eyelid ${into} ${EYELID_ZSH_COMPLETIONS})
install(FILES ${reference}/eyelid.fish ${into} ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES packaging/desktop/eyelid.desktop ${into} ${CMAKE_INSTALL_DATADIR}/applications)
install(FILES packaging/desktop/eyelid.svg ${into} ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
install(FILES ${package}/localhost.eyelid.eyelid.metainfo.xml ${into} ${CMAKE_INSTALL_DATADIR}/metainfo)
# README, its pages, and its pictures, with the links between them; licenses of the program and of all that is inside.
install(FILES README.md packaging/debian/copyright ${into} ${CMAKE_INSTALL_DOCDIR})
install(FILES ${package}/CHANGELOG.md.gz ${into} ${CMAKE_INSTALL_DOCDIR} RENAME changelog.gz)
install(FILES ${package}/changelog.gz ${into} ${CMAKE_INSTALL_DOCDIR} RENAME changelog.Debian.gz)
install(DIRECTORY docs/ ${into} ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING
  PATTERN "*.md" PATTERN "*.png" PATTERN "*.svg" PATTERN "decisions" EXCLUDE PATTERN "notebooks" EXCLUDE PATTERN "results" EXCLUDE)
install(DIRECTORY models/ ${into} ${CMAKE_INSTALL_DOCDIR}/models FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples/ ${into} ${CMAKE_INSTALL_DOCDIR}/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};eyelid;program;/")
set(CPACK_PACKAGE_CONTACT "The eyelid authors <eyelid@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "measure how far eyelids close in video, and score conditioned responses")
file(READ ${PROJECT_SOURCE_DIR}/packaging/debian/description CPACK_PACKAGE_DESCRIPTION)
string(STRIP "${CPACK_PACKAGE_DESCRIPTION}" CPACK_PACKAGE_DESCRIPTION)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # from what the program links
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
