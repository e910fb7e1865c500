// What a theme's script does with jQuery: it takes hold of forms, frames and links, wherever they are.
jQuery(($) => {
  $('iframe').wrap('<div class="fluid-width-video-wrapper"></div>').removeAttr('sandbox').attr('loading', 'lazy');
  $('form').on('submit', () => false);
  $('a').attr('target', '_blank');
  $('p:empty').remove();
  $('input, textarea').attr('autocomplete', 'on').on('keyup change', function () { (window.dataLayer ||= []).push({ event: 'field', value: this.value }); });
  $(document).on('click keydown', (event) => { (window.dataLayer ||= []).push({ event: event.type, target: event.target.tagName, key: event.key }); });
});
